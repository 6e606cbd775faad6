import { BASE_PER_WATT } from '@watt/shared';
import type { Context } from '../context.ts';
import { liabilities, readSolvency, type Solvency } from '../reconciliation/reconciliation.ts';
import { createCountReader } from './read-counts.ts';
import { createRegistry, type Figure, type MetricsRegistry, type Sample } from './registry.ts';

const STATES = ['solvent', 'checking', 'short', 'frozen', 'stale'] as const;

/** Every figure of a router; what each means stands in docs/OPERATIONS.md. Money is in WATT. */
export function createMetrics(context: Context): MetricsRegistry {
  const logger = context.logger.child({ part: 'metrics' });
  return createRegistry([...moneyFigures(context), ...workFigures(context)], (figure, error) =>
    logger.warn({ err: error, figure }, 'a figure could not be read'),
  );
}

function workFigures({ database, clock, copies, dispatcher, payments }: Context): Figure[] {
  const counts = createCountReader(database.sql, clock);
  return [
    {
      name: 'watt_jobs',
      help: 'Jobs by service and state, over all time.',
      labels: ['service', 'state'],
      read: async () => (await counts()).jobs.map(toSample),
    },
    {
      name: 'watt_payments',
      help: 'Payments that came in, by state on chain, over all time.',
      labels: ['state'],
      read: async () => (await counts()).payments.map(toSample),
    },
    {
      name: 'watt_payouts',
      help: 'Payouts by state, over all time.',
      labels: ['state'],
      read: async () => (await counts()).payouts.map(toSample),
    },
    {
      name: 'watt_nodes_online',
      help: 'Nodes that are connected to this router.',
      read: () => [{ value: dispatcher.figures().nodes }],
    },
    {
      name: 'watt_jobs_waiting',
      help: 'Paid jobs of this router that have not ended, by stage.',
      labels: ['stage'],
      read: () => [
        { value: dispatcher.figures().queued, labels: { stage: 'queued' } },
        { value: dispatcher.figures().running, labels: { stage: 'running' } },
      ],
    },
    {
      name: 'watt_copies',
      help: 'Looks for a copy of a page, by whether there was one, since this router started.',
      labels: ['outcome'],
      read: () => [
        { value: copies.counts().hits, labels: { outcome: 'hit' } },
        { value: copies.counts().misses, labels: { outcome: 'miss' } },
      ],
    },
    {
      name: 'watt_sessions_open',
      help: 'Sessions of this router that take calls.',
      read: () => [{ value: dispatcher.figures().sessions }],
    },
    {
      name: 'watt_chain_age_seconds',
      help: 'Seconds since the chain was last read whole; +Inf before the first time.',
      read: () => [{ value: payments.chainAgeMs() / 1000 }],
    },
  ];
}

function moneyFigures({ database, reconciler, clock }: Context): Figure[] {
  const solvency = () => readSolvency(database.sql, reconciler, clock);
  const books = () => reconciler.last()?.books;
  const one = (value: bigint | undefined): Sample[] =>
    value === undefined ? [] : [{ value: inWatt(value) }];
  return [
    {
      name: 'watt_solvency',
      help: '1 for the state that holds.',
      labels: ['state'],
      read: async () => stateSamples(await solvency()),
    },
    {
      name: 'watt_payout_freezes',
      help: 'Open reasons for which nothing is paid out.',
      read: async () => [{ value: (await solvency()).freezes.length }],
    },
    {
      name: 'watt_reconciliation_age_seconds',
      help: 'Seconds since chain, records and ledger were last compared; +Inf before the first time.',
      read: () => [{ value: (clock() - (reconciler.last()?.at ?? Number.NEGATIVE_INFINITY)) / 1000 }],
    },
    {
      name: 'watt_reconciliation_faults',
      help: 'What the last comparison found wrong.',
      read: () => [{ value: reconciler.last()?.findings.length ?? 0 }],
    },
    {
      name: 'watt_account_watt',
      help: 'Ledger accounts, as of the last comparison.',
      labels: ['account'],
      read: () =>
        Object.entries(books()?.accounts ?? {}).map(([account, units]) => ({
          value: inWatt(units),
          labels: { account: account === 'payoutInflight' ? 'payout_inflight' : account },
        })),
    },
    {
      name: 'watt_owed_watt',
      help: 'What belongs to others, as of the last comparison.',
      read: () => {
        const accounts = books()?.accounts;
        return one(accounts && liabilities(accounts));
      },
    },
    {
      name: 'watt_chain_watt',
      help: 'What our token account holds, finalized, as of the last comparison.',
      read: () => one(reconciler.last()?.reconciliation.chainBalance),
    },
    {
      name: 'watt_received_watt',
      help: 'Payments received, over all time.',
      read: () => one(books()?.flows.received),
    },
    {
      name: 'watt_burned_watt',
      help: 'Set aside to be burned, over all time.',
      read: () => one(books()?.flows.burned),
    },
    {
      name: 'watt_paid_out_watt',
      help: 'Paid out or burned on chain, over all time.',
      read: () => one(books()?.flows.paidOut),
    },
  ];
}

function stateSamples({ state }: Solvency): Sample[] {
  return STATES.map((each) => ({ value: each === state ? 1 : 0, labels: { state: each } }));
}

function toSample({ count, ...labels }: { count: number; state: string }): Sample {
  return { value: count, labels };
}

/** For graphs: a float, exact up to some billions of WATT. */
function inWatt(units: bigint): number {
  return Number(units) / Number(BASE_PER_WATT);
}
