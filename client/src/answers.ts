import { type BaseUnits, formatWatt, type JobId, type JobView, parseWatt } from '@watt/shared';
import { type AnswerBody, isAnswerBody } from './answer-body.ts';
import type { ResumeTicket } from './resume-ticket.ts';
import { JobFailedError, WattError } from './watt-error.ts';

/** What every paid answer says about the money and the proof. */
export interface Paid {
  jobId: JobId;
  /** Base units. */
  costBase: BaseUnits;
  /** The same in WATT, an exact decimal string. */
  cost: string;
  /** WATT, an exact decimal string. */
  burned: string;
  /** The payment that this call made; null when the job was paid before or from a balance. */
  paymentSignature: string | null;
  /** The call itself: `resume(ticket)` gives the same answer again, unpaid; `verify(answer)` uses its body. */
  ticket: ResumeTicket;
  /** The router's answer, letter for letter. */
  response: Record<string, unknown>;
}

export interface Screenshot {
  contentType: string;
  bytes: Uint8Array;
  sha256: string;
  width: number | null;
  height: number | null;
}

export interface ScrapeAnswer extends Paid {
  data: Record<string, unknown>;
  metadata: { url: string; scraped_at: string; size_bytes: number; execution_ms: number };
  screenshot: Screenshot | null;
  /** For a request with `max_age`: how old the copy is that served it, in seconds; null where a node scraped the page for it. */
  cachedAge: number | null;
}

/** The addresses of a site. */
export interface MapAnswer extends Paid {
  urls: string[];
  /** The sitemaps that were read. */
  sitemaps: string[];
  /** There was more than fitted. */
  truncated: boolean;
}

/** A program that fails is an answer, not an exception: see `ok` and `exitCode`. */
export interface CodeAnswer extends Paid {
  /** True when the program ended by itself with exit code 0. */
  ok: boolean;
  /** EXECUTION_ERROR, EXECUTION_TIMEOUT, or null. */
  code: string | null;
  stdout: string;
  stderr: string;
  exitCode: number | null;
  metadata: { language: string; execution_ms: number; memory_used_mb: number };
}

/** The answer of the call, taken out of the view of an ended job. Throws JobFailedError when there is none. */
export function responseOf(job: JobView): Record<string, unknown> {
  const body: AnswerBody = job.result ?? {};
  if (job.state === 'succeeded' && job.result) return job.result;
  throw new JobFailedError({
    code: typeof body.code === 'string' ? body.code : job.state === 'expired' ? 'JOB_EXPIRED' : 'NODE_FAILED',
    message: typeof body.error === 'string' ? body.error : `The job ${job.state}`,
    jobId: job.job_id,
    fix:
      typeof body.fix === 'string'
        ? body.fix
        : 'Call again with a new job id; the price went back to your balance.',
    body: { ...job },
  });
}

export function scrapeAnswer(response: AnswerBody, ticket: ResumeTicket): ScrapeAnswer {
  const { data, metadata } = response;
  if (response.success !== true || !isAnswerBody(data) || !isAnswerBody(metadata))
    throw unexpected(response, ticket);
  return {
    ...paid(response, ticket),
    data,
    metadata: metadata as unknown as ScrapeAnswer['metadata'],
    screenshot: screenshotIn((data as Loose<'screenshot'>).screenshot),
    cachedAge: ageIn(response.cache),
  };
}

export function mapAnswer(response: AnswerBody, ticket: ResumeTicket): MapAnswer {
  const { urls, sitemaps, truncated } = (response.data ?? {}) as Loose<'urls' | 'sitemaps' | 'truncated'>;
  if (!Array.isArray(urls) || !Array.isArray(sitemaps)) throw unexpected(response, ticket);
  return {
    ...paid(response, ticket),
    urls: urls.map(String),
    sitemaps: sitemaps.map(String),
    truncated: truncated === true,
  };
}

export function codeAnswer(response: AnswerBody, ticket: ResumeTicket): CodeAnswer {
  const { metadata } = response;
  if (!isAnswerBody(response.output) || !isAnswerBody(metadata)) throw unexpected(response, ticket);
  const output = response.output as Loose<'stdout' | 'stderr' | 'exit_code'>;
  return {
    ...paid(response, ticket),
    ok: response.success === true,
    code: typeof response.code === 'string' ? response.code : null,
    stdout: String(output.stdout ?? ''),
    stderr: String(output.stderr ?? ''),
    exitCode: typeof output.exit_code === 'number' ? output.exit_code : null,
    metadata: metadata as unknown as CodeAnswer['metadata'],
  };
}

function paid(response: AnswerBody, ticket: ResumeTicket): Paid {
  // JSON numbers of at most six decimals print as they were written.
  const costBase = parseWatt(String(response.watt_charged ?? 0));
  const burnedBase = parseWatt(String(response.watt_burned ?? 0));
  if (costBase === null || burnedBase === null) throw unexpected(response, ticket);
  return {
    jobId: ticket.jobId,
    costBase,
    cost: formatWatt(costBase),
    burned: formatWatt(burnedBase),
    paymentSignature: ticket.payment?.signature ?? null,
    ticket,
    response,
  };
}

/** An object of which only the names of some members are known. */
type Loose<Name extends string> = { [name in Name]?: unknown };

function ageIn(cache: unknown): number | null {
  if (!isAnswerBody(cache)) return null;
  const { age_seconds: age } = cache as Loose<'age_seconds'>;
  return typeof age === 'number' ? age : null;
}

function screenshotIn(value: unknown): Screenshot | null {
  if (!isAnswerBody(value)) return null;
  const shot = value as Loose<'content_type' | 'base64' | 'sha256' | 'width' | 'height'>;
  if (typeof shot.base64 !== 'string') return null;
  return {
    contentType: String(shot.content_type),
    bytes: Uint8Array.from(Buffer.from(shot.base64, 'base64')),
    sha256: String(shot.sha256),
    width: typeof shot.width === 'number' ? shot.width : null,
    height: typeof shot.height === 'number' ? shot.height : null,
  };
}

function unexpected(body: AnswerBody, ticket: ResumeTicket): WattError {
  const message = 'The router’s answer does not have the form of a result';
  return new WattError({ code: 'UNEXPECTED_ANSWER', message, status: 200, jobId: ticket.jobId, body });
}
