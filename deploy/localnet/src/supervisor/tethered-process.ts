import { type ChildProcess, spawn } from 'node:child_process';

const STOP_LIMIT_MS = 10_000;
const SAID_MAX = 4_000;

// The shell watches a pipe from this process: when we are gone, even by kill -9, the pipe ends and so does the program.
export const TETHER = `signal=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & child=$!
(cat <&3 >/dev/null; kill -$signal $child 2>/dev/null) & watch=$!
trap 'kill -$signal $child' TERM INT
wait $child; code=$?
kill $watch 2>/dev/null
exit $code`;

export interface TetheredProcess {
  /** Aborted, with what the program said, when it ends without having been asked to. */
  ended: AbortSignal;
  stop(): Promise<void>;
  /** `kill -9`, without a chance to tidy up; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface TetherOptions {
  stopSignal?: 'TERM' | 'INT';
  /** Ours, when nothing is said. */
  env?: NodeJS.ProcessEnv;
}

/** Runs a server that never outlives this process. Postgres stops fast by INT; a shell lets INT through only to programs that handle it. */
export function startTethered(
  [program = '', ...args]: readonly string[],
  { stopSignal = 'TERM', env }: TetherOptions = {},
): TetheredProcess {
  const child = spawn('sh', ['-c', TETHER, 'sh', stopSignal, program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches us alone, and a kill reaches the shell and the program at once.
    detached: true,
    ...(env && { env }),
  });
  const ended = new AbortController();
  let said = '';
  let isStopping = false;
  const hear = (text: Buffer) => {
    said = (said + text.toString()).slice(-SAID_MAX);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.once('error', (cause) => ended.abort(new Error(`${program} cannot be started`, { cause })));
  child.once('exit', (code) => {
    child.stdin.destroy();
    if (!isStopping) ended.abort(new Error(`${program} ended with ${code}: ${said.trim()}`));
  });
  return {
    ended: ended.signal,
    async stop() {
      isStopping = true;
      child.stdin.on('error', () => {
        // Writing to a program that is gone already is how this ends as well.
      });
      child.stdin.end();
      await whenGone(child);
    },
    async kill() {
      isStopping = true;
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await whenGone(child);
    },
  };
}

/** Resolves when the process has ended; kills it when that takes too long. */
export async function whenGone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  clearTimeout(timer);
}
