import type { BenchOptions } from '../benches.ts';
import type { Contender } from '../contender.ts';
import { median } from '../median.ts';
import { describeMachine, type Metric, type Report } from '../report.ts';
import type { LoadResult } from '../run-load.ts';
import { runRounds } from '../run-rounds.ts';
import { startBullmq } from './bullmq-contender.ts';
import { startEcho } from './echo-contender.ts';
import { startPaidPath } from './paid-contender.ts';

const BARE = 'bare echo';
const SIGNED = 'signed echo';
const BULLMQ = 'BullMQ round trip';
const PAID = 'paid job';

/** How many paid jobs a second the router dispatches, beside what the same machine does without money, without signatures, and with BullMQ. */
export async function benchDispatch(options: BenchOptions): Promise<Report> {
  const { concurrency, rounds, ms, log } = options;
  const contenders: Contender[] = [];
  try {
    const starts = [
      () => startEcho({ name: BARE, isSigned: false, concurrency }),
      () => startEcho({ name: SIGNED, isSigned: true, concurrency }),
      () => startBullmq({ name: BULLMQ, concurrency, log }),
      () => startPaidPath({ name: PAID, concurrency }),
    ];
    for (const start of starts) {
      options.signal.throwIfAborted();
      contenders.push(await start());
    }
    log(
      `${contenders.length} contenders are up; one warm-up each, then ${rounds} rounds of ${ms / 1_000} s each`,
    );
    const results = await runRounds({ ...options, contenders });
    return {
      bench: 'dispatch',
      machine: describeMachine(),
      notes: notes(options),
      metrics: metricsOf(results),
    };
  } finally {
    for (const contender of contenders.reverse()) await contender.stop();
  }
}

function metricsOf(results: ReadonlyMap<string, readonly LoadResult[]>): Metric[] {
  const series = (name: string, of: (result: LoadResult) => number) => (results.get(name) ?? []).map(of);
  const speed = ({ perSecond }: LoadResult) => perSecond;
  const figure = (name: string, unit: string, values: number[]): Metric => ({
    name,
    value: median(values),
    unit,
    peer: null,
    target: null,
    rounds: values,
  });
  const paid = series(PAID, speed);
  // Round by round, because the two of one round saw the same state of the machine.
  const ratio = (peer: string, target: string): Metric => {
    const peers = series(peer, speed);
    const ratios = paid.map((value, round) => value / (peers[round] ?? Number.NaN));
    return { ...figure(`${PAID} ÷ ${peer}`, '×', ratios), peer, target };
  };
  return [
    ...[BARE, SIGNED, BULLMQ, PAID].map((name) => figure(name, 'jobs/s', series(name, speed))),
    figure(
      `${PAID}, p50`,
      'ms',
      series(PAID, ({ p50Ms }) => p50Ms),
    ),
    figure(
      `${PAID}, p99`,
      'ms',
      series(PAID, ({ p99Ms }) => p99Ms),
    ),
    figure(
      `${BULLMQ}, p50`,
      'ms',
      series(BULLMQ, ({ p50Ms }) => p50Ms),
    ),
    ratio(BULLMQ, '>= 1.0'),
    ratio(SIGNED, '>= 0.45'),
  ];
}

function notes({ concurrency, rounds, ms }: BenchOptions): string[] {
  return [
    `${concurrency} calls under way at any time; ${rounds} rounds of ${ms / 1_000} s each, contenders in turn, after one warm-up each; every round counts.`,
    'The load generator runs on the same machine and is part of every figure; router, node and worker have processes of their own.',
    `${BARE}: Fastify → websocket → node → reply. ${SIGNED}: the same with two Ed25519 signatures made and checked.`,
    `${BULLMQ}: queue.add → worker → waitUntilFinished on a local Redis without persistence; no HTTP, no signatures, no money.`,
    `${PAID}: POST /api/v1/execute with the id of a job whose payment is on record → hold → lease → signed job → signed result → capture → 200; Postgres with fsync and synchronous_commit on, analyzed before each round.`,
  ];
}
