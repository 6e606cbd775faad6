import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { ScrapeFailure } from '../../scrape-failure.ts';
import type { ScrapeLimits } from '../../scrape-limits.ts';
import type { PdfAnswer } from './pdf-program.ts';

/** A process runs plain JavaScript, so this is the built file, whether we run from the build or from the sources under test. */
const PROGRAM = new URL('../../../../dist/scrape/fetch/pdf/pdf-program.js', import.meta.url);
const LOOK_EVERY_MS = 100;
const PAGE_BYTES = 4096;

/**
 * The text of a PDF as a small HTML page. A process of its own reads it: files that unpack to gigabytes do so outside of every heap limit,
 * so its memory is watched and the process killed. Throws ScrapeFailure, or the signal's reason.
 */
export async function pdfPage(bytes: Buffer, limits: ScrapeLimits, signal: AbortSignal): Promise<string> {
  const child = fork(PROGRAM, {
    serialization: 'advanced',
    env: {},
    execArgv: [`--max-old-space-size=${limits.parserHeapMb}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let watch: NodeJS.Timeout | undefined;
  let stop: () => void = () => undefined;
  try {
    const answer = await new Promise<PdfAnswer>((resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      child.once('message', (message) => resolve(message as PdfAnswer));
      child.once('error', (cause) => reject(unreadable(cause)));
      child.once('exit', () => reject(unreadable(new Error('the reader of PDFs ended'))));
      watch = setInterval(() => {
        void residentMb(child.pid).then((mb) => {
          if (mb > limits.parserHeapMb) reject(tooLarge());
        });
      }, LOOK_EVERY_MS);
      child.send(bytes);
    });
    if ('fault' in answer) throw unreadable(new Error(answer.fault));
    return toHtml(answer);
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', stop);
    child.removeAllListeners().on('error', () => undefined);
    child.kill('SIGKILL');
  }
}

/** Zero where the system does not tell. */
async function residentMb(pid: number | undefined): Promise<number> {
  try {
    const [, pages = '0'] = (await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ');
    return (Number(pages) * PAGE_BYTES) / 1024 / 1024;
  } catch {
    // Ended, or no Linux; the deadline still holds.
    return 0;
  }
}

function toHtml({ title, pages }: { title: string; pages: string[] }): string {
  const sections = pages.map((page) => {
    const lines = page.split('\n').filter((line) => line.trim() !== '');
    return `<section>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</section>`;
  });
  return `<!doctype html><html><head><title>${escapeHtml(title)}</title></head><body>${sections.join('\n')}</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unreadable(cause: unknown): ScrapeFailure {
  return new ScrapeFailure('parse', 'The PDF could not be read.', { cause });
}

function tooLarge(): ScrapeFailure {
  return new ScrapeFailure('too_large', 'The PDF needs more memory than a page may have.');
}
