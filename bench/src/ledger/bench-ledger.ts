import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '@watt/router';
import type { BenchOptions } from '../benches.ts';
import { median } from '../median.ts';
import { startPostgres } from '../postgres.ts';
import { describeMachine, type Metric, type Report } from '../report.ts';
import type { LoadResult } from '../run-load.ts';
import { runRounds } from '../run-rounds.ts';
import { startLedger } from './ledger-contender.ts';
import { startPlainSql } from './plain-sql-contender.ts';

const PLAIN = 'plain SQL transaction';
const LEDGER = 'hold + capture';
const CONNECTIONS = 10;
/** A quarter of a small server's memory, as Postgres' own documentation advises. */
const SHARED_BUFFERS_MB = 1024;
/** Above what any round has reached. */
const STOCK_PER_SECOND = 12_000;
const PASTS = [1_000, 100_000, 1_000_000] as const;

/** How many holds with their captures a second, beside plain SQL, and with ever more jobs in the books. */
export async function benchLedger(options: BenchOptions): Promise<Report> {
  const { rounds, ms, log, signal } = options;
  const dir = await mkdtemp(join(tmpdir(), 'watt-bench-'));
  const undo: (() => Promise<void>)[] = [() => rm(dir, { recursive: true, force: true })];
  try {
    const postgres = await startPostgres(dir, { sharedBuffersMb: SHARED_BUFFERS_MB });
    undo.push(postgres.stop);
    await migrateDatabase(postgres.url);
    const common = { databaseUrl: postgres.url, connections: CONNECTIONS };
    const plain = await startPlainSql({ ...common, name: PLAIN });
    undo.push(plain.stop);
    const ledger = await startLedger({ ...common, name: LEDGER, perSecond: STOCK_PER_SECOND });
    undo.push(ledger.stop);
    const byPast = new Map<number, Map<string, LoadResult[]>>();
    for (const past of PASTS) {
      log(`laying in a past of ${past} jobs`);
      await ledger.layIn(past, signal);
      byPast.set(past, await runRounds({ ...options, contenders: [plain, ledger] }));
    }
    return {
      bench: 'ledger',
      machine: describeMachine(),
      notes: [
        `${options.concurrency} callers; ${rounds} rounds of ${ms / 1_000} s each for every size of the past, contenders in turn; every round counts.`,
        `${PLAIN}: begin, two updates and an insert, commit, on ${CONNECTIONS} connections and accounts that are spread widely.`,
        `${LEDGER}: customer → held in one commit, held → node, burn and revenue in another: five rows of the ledger with all their rules. Callers at the same time share commits.`,
        `Both on one Postgres with fsync and synchronous_commit on and ${SHARED_BUFFERS_MB} MB of shared buffers, the load generator on the same machine.`,
      ],
      metrics: metricsOf(byPast),
    };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

function metricsOf(byPast: ReadonlyMap<number, ReadonlyMap<string, readonly LoadResult[]>>): Metric[] {
  const speeds = (past: number, name: string) =>
    (byPast.get(past)?.get(name) ?? []).map(({ perSecond }) => perSecond);
  const figure = (name: string, unit: string, values: number[]): Metric => ({
    ...{ name, value: median(values), unit, peer: null, target: null, rounds: values },
  });
  const [small, , large] = PASTS;
  const ratios = (a: number[], b: number[]) => a.map((value, round) => value / (b[round] ?? Number.NaN));
  return [
    ...PASTS.flatMap((past) => [
      figure(`${PLAIN}, ${past} past jobs`, 'tx/s', speeds(past, PLAIN)),
      figure(`${LEDGER}, ${past} past jobs`, 'pairs/s', speeds(past, LEDGER)),
    ]),
    ...PASTS.map((past) => ({
      ...figure(
        `${LEDGER} ÷ ${PLAIN}, ${past} past jobs`,
        '×',
        ratios(speeds(past, LEDGER), speeds(past, PLAIN)),
      ),
      peer: PLAIN,
      target: '>= 0.5',
    })),
    {
      ...figure(
        `${LEDGER}, ${large} ÷ ${small} past jobs, each beside ${PLAIN}`,
        '×',
        ratios(
          ratios(speeds(large, LEDGER), speeds(large, PLAIN)),
          ratios(speeds(small, LEDGER), speeds(small, PLAIN)),
        ),
      ),
      peer: `${LEDGER}, ${small} past jobs`,
      target: '>= 0.8',
    },
  ];
}
