import type { BenchOptions } from '../benches.ts';
import { median } from '../median.ts';
import { describeMachine, type Metric, type Report } from '../report.ts';
import { runLoad } from '../run-load.ts';
import { findInterpreter, type HostInterpreter } from './find-interpreters.ts';
import { type Latencies, measureLatency } from './measure-latency.ts';
import { measureSession, type SessionTimes } from './measure-session.ts';
import { type BenchSandbox, findImage, openSandbox } from './open-sandboxes.ts';
import { type BenchProgram, PROGRAMS, SESSION_PROGRAMS } from './programs.ts';

const BURST = 16;
const SUSTAINED_CALLERS = 4;

interface Round {
  latencies: Map<BenchProgram, Latencies>;
  sessions: Map<BenchProgram, SessionTimes>;
  /** Jobs per second of 16 that come at once. */
  bursts: Map<BenchProgram, number>;
  /** Jobs per second without a pause. */
  pooled: number;
  unpooled: number;
}

/** How long a program takes in the sandbox, and how many a second, beside the same program bare and in `docker run`. */
export async function benchSandbox(options: BenchOptions): Promise<Report> {
  const { rounds, signal, log } = options;
  const image = await findImage(log);
  const hosts = new Map(PROGRAMS.map((program) => [program, findInterpreter(program)]));
  const warm = await openSandbox(image, true);
  const cold = await openSandbox(image, false);
  try {
    // The pool keeps as many as were asked for at once, so it has to be asked.
    for (const program of PROGRAMS) await burst(warm, program);
    const seen: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      signal.throwIfAborted();
      const one = await measureRound({ ...options, image, hosts, warm, cold });
      seen.push(one);
      log(`round ${round}/${rounds}  ${inWords(one)}`);
    }
    return {
      bench: 'sandbox',
      machine: describeMachine(),
      notes: notes(options, hosts),
      metrics: metricsOf(seen),
    };
  } finally {
    await Promise.all([warm.close(), cold.close()]);
  }
}

interface RoundOptions extends BenchOptions {
  image: string;
  hosts: ReadonlyMap<BenchProgram, HostInterpreter>;
  warm: BenchSandbox;
  cold: BenchSandbox;
}

async function measureRound(options: RoundOptions): Promise<Round> {
  const { image, hosts, warm, cold, ms, signal } = options;
  const latencies = new Map<BenchProgram, Latencies>();
  const bursts = new Map<BenchProgram, number>();
  const sessions = new Map<BenchProgram, SessionTimes>();
  for (const [program, host] of hosts) {
    latencies.set(program, await measureLatency({ program, host, image, warm, cold, ms, signal }));
    await warm.filled(program, BURST);
    bursts.set(program, await burst(warm, program));
    if (!SESSION_PROGRAMS.includes(program)) continue;
    sessions.set(program, await measureSession({ program, host, image, sandbox: cold, ms, signal }));
  }
  const [program] = PROGRAMS;
  const sustained = async (sandbox: BenchSandbox) => {
    const call = async () => program && sandbox.run(program);
    // First what waits is used up, and as many as may are left to be removed.
    await runLoad({ concurrency: SUSTAINED_CALLERS, ms, signal, call });
    return (await runLoad({ concurrency: SUSTAINED_CALLERS, ms: 2 * ms, signal, call })).perSecond;
  };
  return { latencies, bursts, sessions, pooled: await sustained(warm), unpooled: await sustained(cold) };
}

async function burst(sandbox: BenchSandbox, program: BenchProgram): Promise<number> {
  const begun = performance.now();
  await Promise.all(Array.from({ length: BURST }, () => sandbox.run(program)));
  return BURST / ((performance.now() - begun) / 1_000);
}

function metricsOf(rounds: readonly Round[]): Metric[] {
  const figure = (name: string, unit: string, values: number[]): Metric => ({
    ...{ name, value: median(values), unit, peer: null, target: null, rounds: values },
  });
  // Round by round, because the two of one round saw the same state of the machine.
  const ratio = (names: [string, string], values: number[], peers: number[], target: string): Metric => {
    const ratios = values.map((value, round) => value / (peers[round] ?? NaN));
    return { ...figure(names.join(' ÷ '), '×', ratios), peer: names[1], target };
  };
  const jobs = PROGRAMS.flatMap((program) => {
    const { language } = program;
    const of = (way: keyof Latencies) => rounds.map(({ latencies }) => latencies.get(program)?.[way] ?? NaN);
    const [warm, cold, dockerRun, bare] = [of('warm'), of('cold'), of('dockerRun'), of('bare')];
    const bursts = rounds.map((round) => round.bursts.get(program) ?? NaN);
    return [
      figure(`${language}, warm`, 'ms', warm),
      figure(`${language}, cold`, 'ms', cold),
      figure(`${language}, docker run --rm`, 'ms', dockerRun),
      figure(`${language}, bare on the host`, 'ms', bare),
      ratio([`${language}, warm`, 'docker run --rm'], warm, dockerRun, '<= 0.05'),
      ratio([`${language}, warm`, 'bare'], warm, bare, '<= 1.0'),
      ratio([`${language}, cold`, 'docker run --rm'], cold, dockerRun, '<= 0.65'),
      { ...figure(`${language}, ${BURST} at once`, 'jobs/s', bursts), target: '>= 80' },
    ];
  });
  const sessions = SESSION_PROGRAMS.flatMap((program) => {
    const name = `${program.language} session`;
    const of = (what: keyof SessionTimes) =>
      rounds.map((round) => round.sessions.get(program)?.[what] ?? NaN);
    const [ready, call] = [of('ready'), of('call')];
    return [
      figure(`${name}, ready`, 'ms', ready),
      figure(`${name}, a call`, 'ms', call),
      ratio([`${name}, ready`, 'docker run --rm'], ready, of('dockerRun'), '<= 1.0'),
      ratio([`${name}, a call`, 'bare'], call, of('bare'), '<= 0.25'),
    ];
  });
  const pooled = rounds.map((round) => round.pooled);
  const unpooled = rounds.map((round) => round.unpooled);
  return [
    ...jobs,
    ...sessions,
    figure('sustained, with the pool', 'jobs/s', pooled),
    figure('sustained, cold', 'jobs/s', unpooled),
    ratio(['sustained, with the pool', 'cold'], pooled, unpooled, '>= 1.0'),
  ];
}

function inWords({ latencies, bursts, sessions, pooled, unpooled }: Round): string {
  const each = [...latencies].map(([program, { warm, cold, dockerRun, bare }]) => {
    const ms = [warm, cold, dockerRun, bare].map((value) => value.toFixed(1)).join('/');
    return `${program.language} ${ms} ms, burst ${Math.round(bursts.get(program) ?? 0)}/s`;
  });
  const kept = [...sessions].map(
    ([{ language }, { ready, call }]) =>
      `${language} session ready ${ready.toFixed(0)}, call ${call.toFixed(1)} ms`,
  );
  return `${[...each, ...kept].join('; ')}; sustained ${pooled.toFixed(1)} and ${unpooled.toFixed(1)}/s`;
}

function notes({ rounds, ms }: BenchOptions, hosts: ReadonlyMap<BenchProgram, HostInterpreter>): string[] {
  const bare = [...hosts].map(([{ language }, { version }]) => `${language} ${version}`).join(', ');
  return [
    `Hello world, from the call to the answer in hand, one call at a time, the four ways in turn for ${ms / 1_000} s in each of ${rounds} rounds; every round counts.`,
    `warm: a container whose interpreter waits. cold: a container made for the call. Both with every limit and the seccomp profile, ${BURST} at once from a full pool.`,
    `docker run --rm --network none: the same image without our limits. bare: spawned by Node on this machine (${bare}).`,
    `session: a container and a kernel made for it; calls of the same program one after the other, ten to each session; beside docker run and bare in turn with them.`,
    `sustained: ${SUSTAINED_CALLERS} callers without a pause, python, a new container for each job in either case; measured once what waited was used up.`,
  ];
}
