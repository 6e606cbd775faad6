import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const KEPT_LINES = 40;
const TERM_GRACE_MS = 5_000;

export interface CommandOptions {
  limitMs: number;
  /** Text for stdin; empty without it. */
  input?: string;
  /** Each line of stdout and stderr, as it comes. */
  onLine?: (line: string) => void;
}

export interface CommandResult {
  ok: boolean;
  /** Null where the program could not be started or was ended by a signal. */
  code: number | null;
  stdout: string;
  /** The last lines of stderr, or why the program did not run. */
  trouble: string;
}

/**
 * Runs a program to its end, or ends it at the limit. Never throws. The program has a process group of its own, so that a
 * Ctrl-C in our terminal does not stop a package manager half-way.
 */
export function runCommand(command: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const stdout: string[] = [];
    const trouble: string[] = [];
    const keep = (line: string) => {
      trouble.push(line);
      if (trouble.length > KEPT_LINES) trouble.shift();
      options.onLine?.(line);
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      stdout.push(line);
      options.onLine?.(line);
    });
    createInterface({ input: child.stderr }).on('line', keep);
    child.stdin.on('error', () => {}); // a program that does not read its input says why by its exit code
    child.stdin.end(options.input ?? '');

    const signalGroup = (signal: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
          keep(`cannot end ${program}: ${String(error)}`);
      }
    };
    let hardKill: NodeJS.Timeout | undefined;
    const limit = setTimeout(() => {
      keep(`${program} was ended after ${options.limitMs} ms`);
      signalGroup('SIGTERM');
      hardKill = setTimeout(() => signalGroup('SIGKILL'), TERM_GRACE_MS);
    }, options.limitMs);

    const finish = (code: number | null) => {
      clearTimeout(limit);
      clearTimeout(hardKill);
      resolve({ ok: code === 0, code, stdout: stdout.join('\n'), trouble: trouble.join('\n') });
    };
    child.once('error', (error) => {
      keep(error.message);
      finish(null);
    });
    child.once('close', finish);
  });
}
