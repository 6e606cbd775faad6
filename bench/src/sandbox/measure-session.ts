import { median } from '../median.ts';
import type { HostInterpreter } from './find-interpreters.ts';
import type { BenchSandbox } from './open-sandboxes.ts';
import type { BenchProgram } from './programs.ts';
import { runInDocker, runProgram } from './run-program.ts';

/** So that nothing is measured while a container is removed. */
const SETTLE_MS = 300;
/** To each session. */
const CALLS = 10;

export interface SessionOptions {
  program: BenchProgram;
  host: HostInterpreter;
  image: string;
  sandbox: BenchSandbox;
  /** How long to go on; at least three sessions are opened. */
  ms: number;
  signal: AbortSignal;
}

/** Medians in milliseconds. */
export interface SessionTimes {
  /** From the wish for a session to its readiness. */
  ready: number;
  /** From a call of a session to its answer. */
  call: number;
  /** The same program in a container that is made for it, and bare on the host. */
  dockerRun: number;
  bare: number;
}

/** Opens sessions one after the other, calls each, and starts the same program in the other ways between them. */
export async function measureSession(options: SessionOptions): Promise<SessionTimes> {
  const { program, host, image, sandbox, ms, signal } = options;
  const [, flag = ''] = program.command;
  const seen: Record<keyof SessionTimes, number[]> = { ready: [], call: [], dockerRun: [], bare: [] };
  const timed = async <T>(name: keyof SessionTimes, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const begun = performance.now();
    const done = await work();
    seen[name].push(performance.now() - begun);
    return done;
  };
  const until = performance.now() + ms;
  while (seen.ready.length < 3 || performance.now() < until) {
    await timed('bare', () => runProgram(host.path, [flag, program.code]));
    await timed('dockerRun', () => runInDocker(image, program));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const session = await timed('ready', () => sandbox.openSession(program));
    for (let call = 0; call < CALLS; call += 1) await timed('call', () => session.call());
    await session.close();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }
  return {
    ready: median(seen.ready),
    call: median(seen.call),
    dockerRun: median(seen.dockerRun),
    bare: median(seen.bare),
  };
}
