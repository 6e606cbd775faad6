import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessList } from '../state/process-list.ts';

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 10_000;
/** Lines of the log that go with a failure. */
const LAST_WORDS = 5;
/** A process that ran this long had started well: its next stop is a new story. */
const SETTLED_MS = 30_000;

export interface ProcessSpec {
  name: string;
  /** The program and its arguments. */
  command: string[];
  env: Record<string, string>;
  /** Resolves when it does its work; `signal` ends with the process. */
  waitUntilReady: (signal: AbortSignal) => Promise<void>;
  stopSignal: NodeJS.Signals;
  /** After this it is killed. */
  stopLimitMs: number;
}

export interface SupervisorContext {
  logs: string;
  list: ProcessList;
  /** Tells a person that a process stopped and comes back. */
  say: (text: string) => void;
}

/**
 * One process in a session of its own, with its output in `logs/NAME.log`. Once it was ready it is started again whenever
 * it stops by itself, with a growing pause between.
 */
export class SupervisedProcess {
  readonly name: string;
  readonly #spec: ProcessSpec;
  readonly #context: SupervisorContext;
  #child: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #isStopping = false;
  #isReady = false;
  #pauseMs = BACKOFF_FIRST_MS;
  #restart: NodeJS.Timeout | null = null;

  constructor(spec: ProcessSpec, context: SupervisorContext) {
    this.name = spec.name;
    this.#spec = spec;
    this.#context = context;
  }

  /** Resolves when it is ready; rejects, with the process ended, when it does not get there. */
  async start(): Promise<void> {
    const gone = new AbortController();
    try {
      await this.#spawn(gone);
      await this.#spec.waitUntilReady(gone.signal);
      this.#isReady = true;
    } catch (error) {
      // Waiting ends with an AbortError that hides why; the reason of the signal says it.
      const cause = gone.signal.aborted ? gone.signal.reason : error;
      await this.stop();
      // biome-ignore lint/style/useErrorCause: the cause is the error, or the reason behind it
      throw new Error(`${this.name} did not start. ${await this.#lastWords()}`, { cause });
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#restart) clearTimeout(this.#restart);
    this.#child?.kill(this.#spec.stopSignal);
    const limit = setTimeout(() => this.kill(), this.#spec.stopLimitMs);
    await this.#ended;
    clearTimeout(limit);
  }

  kill(): void {
    this.#isStopping = true;
    this.#child?.kill('SIGKILL');
  }

  async #spawn(gone: AbortController): Promise<void> {
    const [program, ...args] = this.#spec.command;
    if (!program) throw new Error(`${this.name} has no command`);
    await using log = await open(this.#logPath(), 'a', 0o600);
    const child = spawn(program, args, {
      env: this.#spec.env,
      // A session of its own: Ctrl-C reaches the supervisor alone, which stops its processes in order.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const startedAt = performance.now();
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const onEnd = (why: string) => {
        this.#child = null;
        gone.abort(new Error(`${this.name} ${why}`));
        if (performance.now() - startedAt > SETTLED_MS) this.#pauseMs = BACKOFF_FIRST_MS;
        if (this.#isReady && !this.#isStopping) this.#scheduleRestart(why);
        // Ended means off the list, too: whoever stops us may leave right after.
        this.#unlist(child.pid).then(resolve, resolve);
      };
      child.once('error', (error) => onEnd(`could not be run: ${error.message}`));
      child.once('exit', (code, signal) =>
        onEnd(signal ? `was ended by ${signal}` : `ended with code ${code}`),
      );
    });
    if (child.pid !== undefined) await this.#context.list.add(this.name, child.pid);
  }

  #scheduleRestart(why: string): void {
    const pause = this.#pauseMs;
    this.#pauseMs = Math.min(pause * 2, BACKOFF_MAX_MS);
    this.#context.say(
      `${this.name} ${why}; starting it again in ${pause / 1000} s (log: ${this.#logPath()})`,
    );
    this.#restart = setTimeout(() => void this.#comeBack(), pause);
  }

  async #comeBack(): Promise<void> {
    const gone = new AbortController();
    try {
      await this.#spawn(gone);
      await this.#spec.waitUntilReady(gone.signal);
      this.#context.say(`${this.name} is back`);
    } catch (error) {
      // When the process ended, its exit has planned the next try already.
      if (!gone.signal.aborted && !this.#isStopping)
        this.#context.say(`${this.name} is up but not ready: ${String(error)}`);
    }
  }

  async #lastWords(): Promise<string> {
    const lines = (await readFile(this.#logPath(), 'utf8')).trimEnd().split('\n').slice(-LAST_WORDS);
    return `The end of ${this.#logPath()}:\n${lines.map((line) => `    ${line.slice(0, 500)}`).join('\n')}`;
  }

  #logPath(): string {
    return join(this.#context.logs, `${this.name}.log`);
  }

  async #unlist(pid: number | undefined): Promise<void> {
    if (pid !== undefined) await this.#context.list.remove(pid);
  }
}
