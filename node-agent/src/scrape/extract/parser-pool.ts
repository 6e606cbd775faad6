import { Worker } from 'node:worker_threads';
import { raceAbort } from '../deadline.ts';
import { ScrapeFailure } from '../scrape-failure.ts';
import { createSlots } from '../slots.ts';
import type { ParseAnswer, ParsedPage, ParseJob } from './parse-job.ts';

/** A thread runs plain JavaScript, so this is the built file, whether we run from the build or from the sources under test. */
const PROGRAM = new URL('../../../dist/scrape/extract/parse-worker.js', import.meta.url);
const STACK_MB = 8;
/** A page's garbage is collected soon after the page; left alone, each thread would keep several times as much. */
const YOUNG_MB = 16;
/** The heap of a thread that pages have made larger stays so for as long as it waits; a fresh thread takes its place. */
const IDLE_HEAP_MB = 64;
const RENEW_AFTER_MS = 1_000;
/** A page that takes longer makes room for those behind it and goes on beside them; so many at a time. */
const SLOW_MS = 1_000;
const MAX_SLOW = 2;

export interface ParserPool {
  /** Parses off the event loop; the job's bytes are gone afterwards. Throws ScrapeFailure, or the signal's reason: then the thread is killed, whatever it does. */
  parse(job: ParseJob, signal: AbortSignal): Promise<ParsedPage>;
  close(): Promise<void>;
}

/**
 * One thread starts at once, the others when first needed; each serves one page at a time and is kept for the next. Slow pages have up to
 * two more.
 */
export function createParserPool({ threads, heapMb }: { threads: number; heapMb: number }): ParserPool {
  const slots = createSlots(threads);
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  let isClosed = false;
  let slow = 0;

  const start = (): Worker => {
    const worker = new Worker(PROGRAM, {
      // Flags of a test runner would have the thread load sources.
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: heapMb,
        maxYoungGenerationSizeMb: YOUNG_MB,
        stackSizeMb: STACK_MB,
      },
    });
    // An idle node may end; a thread that waits for work is no reason to stay.
    worker.unref();
    worker.once('exit', () => forget(worker));
    // While it works its job listens too; the error of one that is being killed is nobody's.
    worker.on('error', () => undefined);
    all.add(worker);
    return worker;
  };
  const forget = (worker: Worker): void => {
    all.delete(worker);
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
  };

  const renewLater = (worker: Worker): void => {
    const renew = () => {
      const at = idle.indexOf(worker);
      // It serves a page again, and is looked at after that.
      if (at < 0 || isClosed) return;
      idle.splice(at, 1, start());
      void worker.terminate();
    };
    setTimeout(renew, RENEW_AFTER_MS).unref();
  };

  const keep = (worker: Worker, { heapMb }: Answer): void => {
    if (all.size > threads) {
      void worker.terminate();
      return;
    }
    idle.push(worker);
    if (heapMb > IDLE_HEAP_MB) renewLater(worker);
  };
  const makeRoom = (slot: Disposable): Disposable => {
    let isSlow = false;
    const timer = setTimeout(() => {
      if (slow === MAX_SLOW) return;
      isSlow = true;
      slow += 1;
      slot[Symbol.dispose]();
    }, SLOW_MS);
    return {
      [Symbol.dispose]() {
        clearTimeout(timer);
        if (isSlow) slow -= 1;
      },
    };
  };

  idle.push(start());

  return {
    async parse(job, signal) {
      using slot = await slots.acquire(signal);
      const worker = idle.pop() ?? start();
      using _room = makeRoom(slot);
      const answer = await raceAbort(ask(worker, job), signal).catch((error) => {
        void worker.terminate();
        throw error;
      });
      keep(worker, answer);
      return unwrap(answer);
    },
    async close() {
      isClosed = true;
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

/** An answer, with the memory that the thread's heap has since. */
type Answer = ParseAnswer & { heapMb: number };

function ask(worker: Worker, job: ParseJob): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: Answer) => {
      settle();
      resolve(answer);
    };
    const onError = (error: NodeJS.ErrnoException) => {
      settle();
      reject(threadFailure(error));
    };
    const onExit = () => onError(new Error('the parser thread ended'));
    const settle = () => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(job, memoryOf(job.body));
  });
}

/** A body that has its memory to itself is handed over instead of copied; small ones share Node's pool. */
function memoryOf(body: string | Uint8Array): ArrayBuffer[] {
  if (typeof body === 'string') return [];
  const { buffer } = body;
  return buffer instanceof ArrayBuffer && buffer.byteLength === body.byteLength ? [buffer] : [];
}

function unwrap(answer: ParseAnswer): ParsedPage {
  if ('failure' in answer) throw new ScrapeFailure(answer.failure.reason, answer.failure.message);
  return answer.page;
}

function threadFailure(cause: NodeJS.ErrnoException): ScrapeFailure {
  if (cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new ScrapeFailure('too_large', 'The page needs more memory than a page may have.', { cause });
  }
  return new ScrapeFailure('parse', 'The page could not be parsed.', { cause });
}
