import { type BaseUnits, type BatchPage, type BatchView, formatWatt, parseWatt } from '@watt/shared';
import { answerError } from './answer-error.ts';
import type { HttpClient } from './http-client.ts';
import type { Runtime } from './runtime.ts';
import { WattError } from './watt-error.ts';

const FIRST_POLL_MS = 200;
const LAST_POLL_MS = 3_000;
/** Pages that one look may bring: what has been seen comes again where an earlier page still runs. */
const LOOK_PAGES = 10;

/** One page of a batch that has ended. */
export interface BatchResult {
  /** Its place in `urls`. */
  index: number;
  url: string;
  /** The page's own job, for `receipt`. */
  jobId: string;
  /** False for a page that failed: it was not charged, and `code` and `error` say why. */
  ok: boolean;
  data: Record<string, unknown> | null;
  metadata: Record<string, unknown> | null;
  /** How old the copy is that served the page, in seconds; null where a node scraped it. */
  cachedAge: number | null;
  code: string | null;
  error: string | null;
  costBase: BaseUnits;
  /** The same in WATT, an exact decimal string. */
  cost: string;
}

/** Where a caller is in a batch: from which page on it looks, and which of those it has. */
export interface BatchCursor {
  batchId: string;
  from: number;
  seen: Set<number>;
}

/** Waits for pages that the caller does not have yet; null when it has all. */
export async function nextResults(
  http: HttpClient,
  cursor: BatchCursor,
  { runtime, signal }: { runtime: Runtime; signal: AbortSignal },
): Promise<BatchResult[] | null> {
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(LAST_POLL_MS, wait * 1.5)) {
    const view = await fetchBatch(http, cursor, signal);
    const ended = view.results.filter((page) => page.success !== undefined && !cursor.seen.has(page.index));
    for (const page of ended) cursor.seen.add(page.index);
    while (cursor.seen.has(cursor.from)) cursor.from += 1;
    if (ended.length > 0) return ended.map(toResult);
    if (cursor.from >= view.pages.total) return null;
    await runtime.sleep(wait, signal);
  }
}

async function fetchBatch(http: HttpClient, cursor: BatchCursor, signal: AbortSignal): Promise<BatchView> {
  const path = `/api/v1/batches/${encodeURIComponent(cursor.batchId)}?after=${cursor.from}&limit=${LOOK_PAGES}`;
  const answer = await http.send({ method: 'GET', path, signal });
  if (answer.status !== 200) throw answerError(answer, cursor.batchId);
  const view = answer.body as unknown as BatchView;
  if (Array.isArray(view.results) && typeof view.pages?.total === 'number') return view;
  const message = 'The router’s answer is not a batch';
  const { body } = answer;
  throw new WattError({ code: 'UNEXPECTED_ANSWER', message, status: 200, jobId: cursor.batchId, body });
}

function toResult(page: BatchPage): BatchResult {
  const costBase = parseWatt(String(page.watt_charged ?? 0)) ?? (0n as BaseUnits);
  return {
    index: page.index,
    url: page.url,
    jobId: page.job_id,
    ok: page.success === true,
    data: (page.data as Record<string, unknown> | undefined) ?? null,
    metadata: (page.metadata as Record<string, unknown> | undefined) ?? null,
    cachedAge: page.cache?.hit ? page.cache.age_seconds : null,
    code: page.code ?? null,
    error: page.error ?? null,
    costBase,
    cost: formatWatt(costBase),
  };
}
