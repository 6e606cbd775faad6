import { randomUUID } from 'node:crypto';
import {
  type AttemptId,
  base,
  commitmentMemo,
  createAttemptId,
  createJobId,
  DEFAULT_SHARES,
  type JobId,
  type NodeId,
  splitPrice,
} from '@watt/shared';
import { revokeKey } from '../../src/access/access.ts';
import { withdraw } from '../../src/balance/balance.ts';
import { registerBatch } from '../../src/batches/batch-record.ts';
import { fundBatch } from '../../src/batches/fund-batch.ts';
import type { SqlClient } from '../../src/db/connect.ts';
import {
  completeJobs,
  endAttempt,
  failQueuedJob,
  leaseJobs,
  markClosed,
  markReady,
  type NewJob,
  serveCopies,
} from '../../src/jobs/jobs.ts';
import { admitJobs } from '../../src/payments/admit.ts';
import { fundJobs } from '../../src/payments/fund-jobs.ts';
import { createWatcherStore } from '../../src/payments/watcher-store.ts';
import { sessionCharge } from '../../src/sessions/session-charge.ts';
import { runRound } from '../../src/settlement/payout-worker.ts';
import { returnPayout } from '../../src/settlement/settlement.ts';
import type { SettlementWorld } from '../settlement/settlement-world.ts';

export const PRICE = 1000n;
const MINUTES = 10;
const PAGES = 3;
/** Of a page, where a copy serves it. */
const COPY = { unused: 800n, nodeShare: 140n, burnShare: 0n };
const HOUR_MS = 3_600_000;

/** One wallet with a key, one node, and all that may happen between them; each step is what some process does, and may be done at any time. */
export interface MarketLife {
  world: SettlementWorld;
  wallet: string;
  keyId: string;
  node: string;
  steps: Readonly<Record<Step, (sql: SqlClient) => Promise<unknown>>>;
  /** Every payment that was ever made is on the chain, and final. */
  landAll(): Promise<void>;
}

export const STEPS = [
  ...['deposit', 'pay for a job', 'finalize', 'orphan', 'land again'],
  ...['buy', 'buy by key', 'buy a session', 'buy a batch', 'fund'],
  ...['lease', 'ready', 'close', 'complete', 'complete for less', 'serve a copy', 'fail', 'lapse', 'give up'],
  ...['withdraw', 'withdraw all', 'return a payout', 'pay out', 'revoke'],
] as const;
type Step = (typeof STEPS)[number];

interface Running {
  job: JobId;
  attempt: AttemptId;
  price: bigint;
  minutes: number | null;
  readyAt: number | null;
}

export async function startLife(world: SettlementWorld, { budget }: { budget: bigint }): Promise<MarketLife> {
  const { sql, accounts } = world.parts;
  const wallet = `wallet-${randomUUID()}`;
  const keyId = randomUUID();
  await sql`
    insert into api_keys (id, wallet, name, secret_sha256, scopes, budget_per_day)
    values (${keyId}, ${wallet}, 'test', '', '{spend}', ${budget.toString()}::bigint)`;
  const node = (await world.node()) as NodeId;
  const source = await sourceOfCopies(world, node);
  const payments: { signature: string; amount: bigint; memo: string }[] = [];

  const store = (on: SqlClient) =>
    createWatcherStore({ sql: on, accounts, tokenAccount: 'ours', onRecorded: async () => undefined });
  /** The chain has it first; whether the watcher lives to write it down is another matter. */
  const record = (on: SqlClient, { signature, amount, memo }: (typeof payments)[number]) => {
    const seen = { slot: 1n, succeeded: true, payer: wallet, payerSigned: true, blockTime: 1 };
    return store(on).record([{ ...seen, signature, delta: amount, memo }], false);
  };
  const pay = (on: SqlClient, memo: string, amount: bigint) => {
    const payment = { signature: randomUUID(), amount, memo };
    world.chain.deposited += amount;
    payments.push(payment);
    return record(on, payment);
  };
  const buy = (on: SqlClient, key: string | null, more: Partial<NewJob> = {}) => {
    const job = { ...newJob(PRICE), ...more };
    return admitJobs(on, accounts, [{ job, spender: { wallet, keyId: key } }], { isSignedOnly: false });
  };
  const jobsIn = (state: 'queued' | 'awaiting_payment') =>
    sql<
      { id: JobId; isSession: boolean }[]
    >`select id, session_minutes is not null as "isSession" from jobs j where state = ${state} and exists (
      select 1 from job_authorities a where a.job_id = j.id and a.wallet = ${wallet}
      union all select 1 from chain_credits c where c.payer = ${wallet} and (c.applied_job = j.id or c.memo = j.id::text))
      order by created_at, id`;
  const running = () =>
    sql<Running[]>`
      select j.id as job, a.id as attempt, j.price, j.session_minutes as minutes, extract(epoch from a.ready_at)::float8 * 1000 as "readyAt"
      from attempts a join jobs j on j.id = a.job_id where a.node_id = ${node} and a.state = 'leased' order by a.leased_at`;
  const each = async <Row>(rows: Promise<readonly Row[]>, act: (row: Row) => Promise<unknown>) => {
    for (const row of await rows) await act(row);
  };
  const take = (on: SqlClient, asked: bigint | 'all') =>
    withdraw(on, accounts, { wallet, keyId: null, asked, idempotencyKey: randomUUID(), minimum: 1n });
  const end = (on: SqlClient, { job, attempt }: Running, isFinal: boolean) =>
    endAttempt(on, accounts, {
      ...{ jobId: job, attemptId: attempt, router: null, state: 'lapsed', reason: 'as the test says' },
      failure: isFinal ? { code: 'NODE_FAILED', message: 'as the test says' } : null,
    });

  const steps: MarketLife['steps'] = {
    deposit: (on) => pay(on, 'deposit', 3n * PRICE),
    'pay for a job': async (on) => {
      const job = newJob(PRICE);
      await admitJobs(on, accounts, [{ job, spender: null }], { isSignedOnly: false });
      await pay(on, job.id, PRICE);
    },
    finalize: (on) => store(on).finalize(payments.map(({ signature }) => signature)),
    orphan: async (on) => {
      const last = payments.at(-1);
      if (last) await store(on).orphan(last.signature);
    },
    'land again': async (on) => {
      const last = payments.at(-1);
      if (last) await record(on, last);
    },
    buy: (on) => buy(on, null),
    'buy by key': (on) => buy(on, keyId),
    'buy a session': (on) => buy(on, keyId, { sessionMinutes: MINUTES }),
    'buy a batch': async (on) => {
      const batch = newBatch();
      await registerBatch(on, batch);
      const rooms = { sql: on, accounts, shares: DEFAULT_SHARES, isSignedOnly: false };
      await fundBatch(rooms, batch.id, { wallet, keyId });
    },
    fund: async (on) => {
      const ids = (await jobsIn('awaiting_payment')).map(({ id }) => id);
      await on.begin((tx) => fundJobs(tx, accounts, ids));
    },
    lease: (on) =>
      each(jobsIn('queued'), ({ id: jobId }) => {
        const deadline = Date.now() + HOUR_MS;
        return leaseJobs(on, [{ jobId, attemptId: createAttemptId(), nodeId: node, deadline }], null);
      }),
    ready: (on) => each(running(), ({ attempt }) => markReady(on, { attemptId: attempt, at: Date.now() })),
    close: (on) => each(running(), ({ attempt }) => markClosed(on, { attemptId: attempt, at: Date.now() })),
    complete: (on) => each(running(), (one) => complete(on, one, 0n)),
    'complete for less': (on) => each(running(), (one) => complete(on, one, 300n)),
    'serve a copy': (on) =>
      each(jobsIn('queued'), ({ id, isSession }) => {
        const hit = { jobId: id, sourceId: source, maxAgeSeconds: 3600, ...COPY };
        return serveCopies(on, accounts, isSession ? [] : [hit]);
      }),
    fail: (on) => each(running(), (one) => end(on, one, true)),
    lapse: (on) => each(running(), (one) => end(on, one, false)),
    'give up': (on) =>
      each(jobsIn('queued'), ({ id: jobId }) => {
        const failure = { code: 'NO_NODE_AVAILABLE' as const, message: 'as the test says' };
        return failQueuedJob(on, accounts, { jobId, failure });
      }),
    withdraw: (on) => take(on, 700n),
    'withdraw all': (on) => take(on, 'all'),
    'return a payout': (on) =>
      each(sql<{ id: string }[]>`select id from payouts where state = 'queued'`, ({ id }) =>
        returnPayout(on, accounts, id),
      ),
    'pay out': (on) => {
      world.chain.advance(12);
      return runRound({ ...world.parts, sql: on }, { isTimeToCollect: true, isQueueNew: true });
    },
    revoke: (on) => revokeKey(on, { id: keyId, wallet }),
  };

  function complete(on: SqlClient, one: Running, unused: bigint): Promise<boolean[]> {
    const { job: jobId, attempt: attemptId, price, minutes, readyAt } = one;
    const { node: nodeShare, burn: burnShare } = splitPrice(base(price), DEFAULT_SHARES);
    const whole = { price, nodeShare, burnShare };
    const charge =
      minutes === null
        ? { unused, nodeShare: unused === 0n ? nodeShare : nodeShare - unused, burnShare }
        : sessionCharge({ ...whole, minutes, readyAt: readyAt ?? 0, endedAt: readyAt ?? 0 }, DEFAULT_SHARES);
    // What was never ready is refused before it comes to the books.
    if (minutes !== null && readyAt === null) return Promise.resolve([]);
    return completeJobs(on, accounts, [{ jobId, attemptId, nodeId: node, ...charge, ...RESULT }]);
  }

  async function landAll(): Promise<void> {
    for (const payment of payments) await record(sql, payment);
    await steps.finalize(sql);
  }

  return { world, wallet, keyId, node, steps, landAll };
}

const RESULT = { payload: '{}', payloadSha256: '', statement: { text: '{}', signature: 's' }, artifacts: [] };

function newJob(price: bigint): NewJob {
  const id = createJobId();
  return {
    ...{ id, service: 'execute', request: '{}', requestSha256: 'a'.repeat(64), commitment: `w1:${id}` },
    ...{ price, split: splitPrice(base(price), DEFAULT_SHARES), expiresAt: Date.now() + HOUR_MS },
  };
}

function newBatch() {
  const id = createJobId();
  const prices = Array.from({ length: PAGES }, () => base(PRICE));
  return {
    ...{ id, requests: JSON.stringify(prices.map(() => ({}))), requestSha256: 'b'.repeat(64) },
    ...{ commitment: commitmentMemo(id, 'b'.repeat(64)), jobIds: prices.map(() => createJobId()) },
    ...{ prices, listPrices: prices, discountBps: 0, price: base(PRICE * BigInt(PAGES)) },
    expiresAt: Date.now() + HOUR_MS,
  };
}

/** A job that has ended with a result that others may be given. */
async function sourceOfCopies(world: SettlementWorld, node: NodeId): Promise<JobId> {
  const { sql, accounts } = world.parts;
  const payer = await world.deposit(PRICE);
  const job = newJob(PRICE);
  await admitJobs(sql, accounts, [{ job, spender: { wallet: payer, keyId: null } }], { isSignedOnly: false });
  const attemptId = createAttemptId();
  await leaseJobs(sql, [{ jobId: job.id, attemptId, nodeId: node, deadline: Date.now() + HOUR_MS }], null);
  const { node: nodeShare, burn: burnShare } = job.split;
  const copy = { key: randomUUID(), madeAt: Date.now(), statement: '{}', signature: 's' };
  const shares = { unused: 0n, nodeShare, burnShare };
  await completeJobs(sql, accounts, [{ jobId: job.id, attemptId, nodeId: node, ...shares, ...RESULT, copy }]);
  return job.id;
}
