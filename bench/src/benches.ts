import { benchDispatch } from './dispatch/bench-dispatch.ts';
import { benchExtraction } from './extraction/bench-extraction.ts';
import { benchLedger } from './ledger/bench-ledger.ts';
import type { Report } from './report.ts';
import { benchSandbox } from './sandbox/bench-sandbox.ts';
import { benchScrape } from './scrape/bench-scrape.ts';
import { benchVerify } from './verify/bench-verify.ts';

export interface BenchOptions {
  rounds: number;
  /** Of each contender in each round. */
  ms: number;
  concurrency: number;
  /** Pages to measure on besides our own; `extraction` only. */
  pages?: string;
  signal: AbortSignal;
  /** Progress, for stderr. */
  log: (line: string) => void;
}

export interface Bench {
  title: string;
  run(options: BenchOptions): Promise<Report>;
}

/** Every measurement, by the name it is called by. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  dispatch: {
    title: 'a paid, signed, ledgered job to a node that answers at once, beside bare echoes and BullMQ',
    run: benchDispatch,
  },
  extraction: {
    title: 'how well the main text of a page is found, beside Readability; --pages DIR for another set',
    run: benchExtraction,
  },
  ledger: {
    title: 'holds with their captures, beside plain SQL transactions, with up to a million jobs in the books',
    run: benchLedger,
  },
  sandbox: {
    title: 'hello world in the sandbox, warm, cold and in sessions, beside docker run and the bare program',
    run: benchSandbox,
  },
  scrape: {
    title: 'pages a second and memory of a node’s scraper, beside Crawlee with and without a browser',
    run: benchScrape,
  },
  verify: {
    title: 'RPC calls for each payment, and how soon it is on record (a minute a round)',
    run: benchVerify,
  },
};
