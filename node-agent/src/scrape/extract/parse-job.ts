import type { ParsedField } from '@watt/shared';
import type { ContentKind } from '../content-kind.ts';
import { ScrapeFailure } from '../scrape-failure.ts';
import type { ScrapeReason, ScrapeTask } from '../scrape-task.ts';
import { decodeText } from './decode-text.ts';
import { type ExtractedPage, extractPage } from './extract-page.ts';

/** One page on its way to a parser thread: bytes as fetched, or text as the browser rendered it. */
export interface ParseJob {
  body: Uint8Array | string;
  url: string;
  kind: ContentKind;
  charset: string | undefined;
  format: ScrapeTask['output_format'];
  fields?: readonly ParsedField[];
  isMainContent?: boolean;
  isClean?: boolean;
  maxElements: number;
  maxResultBytes: number;
}

export interface ParsedPage extends ExtractedPage {
  /** Null when the page came as text. */
  encoding: string | null;
}

export type ParseAnswer = { page: ParsedPage } | { failure: { reason: ScrapeReason; message: string } };

/** JSON.stringify escapes a surrogate only where it stands alone; an even run of backslashes before it is text. */
const LONE_SURROGATE = /(?<=(?:^|[^\\])(?:\\\\)*)\\ud[89a-f][\da-f]{2}/gi;

/** What a parser thread does: decode, parse, extract. Never throws. */
export function runParseJob(job: ParseJob): ParseAnswer {
  try {
    const { text, encoding } =
      typeof job.body === 'string' ? { text: job.body, encoding: null } : decodeText(job.body, job);
    const extracted = extractPage({ ...job, text, maxCharacters: job.maxResultBytes });
    return { page: { ...extracted, data: fitResult(extracted.data, job.maxResultBytes), encoding } };
  } catch (error) {
    if (error instanceof ScrapeFailure) return { failure: { reason: error.reason, message: error.message } };
    return { failure: { reason: 'parse', message: `The page could not be parsed: ${String(error)}.` } };
  }
}

/** Checks the size and mends text that has no UTF-8 form, since results are hashed and signed as UTF-8. */
function fitResult(data: Record<string, unknown>, maxBytes: number): Record<string, unknown> {
  const json = JSON.stringify(data);
  if (Buffer.byteLength(json) > maxBytes) {
    throw new ScrapeFailure('too_large', `The result is larger than ${maxBytes} bytes.`);
  }
  // Most results have none; the plain search is what it costs then.
  if (!json.includes('\\ud')) return data;
  const mended = json.replace(LONE_SURROGATE, '\\ufffd');
  return mended === json ? data : JSON.parse(mended);
}
