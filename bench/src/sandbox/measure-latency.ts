import { median } from '../median.ts';
import type { HostInterpreter } from './find-interpreters.ts';
import type { BenchSandbox } from './open-sandboxes.ts';
import type { BenchProgram } from './programs.ts';
import { runInDocker, runProgram } from './run-program.ts';

/** One after the other, so that nothing is measured while a container is made or removed. */
const SETTLE_MS = 150;

export interface LatencyOptions {
  program: BenchProgram;
  host: HostInterpreter;
  image: string;
  warm: BenchSandbox;
  cold: BenchSandbox;
  /** How long to go on; every way is called at least three times. */
  ms: number;
  signal: AbortSignal;
}

/** Medians in milliseconds. */
export interface Latencies {
  warm: number;
  cold: number;
  dockerRun: number;
  bare: number;
}

/** From the call to the answer, each way in turn, one call at a time. */
export async function measureLatency(options: LatencyOptions): Promise<Latencies> {
  const { program, host, image, warm, cold, ms, signal } = options;
  const [, flag = ''] = program.command;
  const ways: Record<keyof Latencies, () => Promise<void>> = {
    bare: () => runProgram(host.path, [flag, program.code]),
    warm: () => warm.run(program),
    cold: () => cold.run(program),
    dockerRun: () => runInDocker(image, program),
  };
  const seen: Record<keyof Latencies, number[]> = { warm: [], cold: [], dockerRun: [], bare: [] };
  const until = performance.now() + ms;
  while (seen.bare.length < 3 || performance.now() < until) {
    for (const [name, call] of Object.entries(ways)) {
      signal.throwIfAborted();
      await warm.filled(program, 1);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const begun = performance.now();
      await call();
      seen[name as keyof Latencies].push(performance.now() - begun);
    }
  }
  return {
    warm: median(seen.warm),
    cold: median(seen.cold),
    dockerRun: median(seen.dockerRun),
    bare: median(seen.bare),
  };
}
