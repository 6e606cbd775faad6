import { type Cache, type JobState, parseJson, wattNumber } from '@watt/shared';
import { maxAgeOf } from '../copies/copies.ts';
import type { JobRecord } from '../jobs/jobs.ts';

/** How long callers are asked to wait before they look again. */
export const RETRY_AFTER_SECONDS = 2;

/** A stored file, as the artifacts table has it. */
export interface StoredFile {
  sha256: string;
  bytes: Uint8Array;
}

/** The body that a finished job answers with: the node's payload in the specification's shape and order, and what it cost. */
export function resultBody(job: JobRecord, files: readonly StoredFile[]): Record<string, unknown> {
  const payload = readPayload(job);
  const isCharged = job.settlement === 'captured';
  const refund = refundOf(job);
  const { error, code, data, output, metadata } = payload;
  return {
    success: payload['success'] === true,
    job_id: job.id,
    ...(error !== undefined && { error }),
    ...(code !== undefined && { code }),
    ...(data !== undefined && { data: withFiles(data, files) }),
    ...(output !== undefined && { output }),
    ...(metadata !== undefined && { metadata }),
    ...(isCharged && { ...cacheOf(job), ...discountOf(job) }),
    watt_charged: wattNumber(job.charged ?? 0n),
    watt_burned: isCharged ? wattNumber(job.burnShare) : 0,
    ...(isCharged && refund && { refund }),
  };
}

/** Whether a copy served the job, beside what the node signed; nothing for one that says nothing of copies. */
function cacheOf(job: JobRecord): { cache?: Cache } {
  const { copyMadeAt, finishedAt } = job;
  if (copyMadeAt === null || finishedAt === null) {
    return maxAgeOf(job) === null ? {} : { cache: { hit: false } };
  }
  const ageSeconds = Math.max(0, Math.floor((finishedAt - copyMadeAt) / 1000));
  return { cache: { hit: true, age_seconds: ageSeconds, made_at: new Date(copyMadeAt).toISOString() } };
}

/** The discount that a job was priced with; nothing when there was none. */
export function discountOf(job: {
  price: bigint;
  listPrice?: bigint | null;
  discountBps?: number;
}): Record<string, unknown> {
  if (!job.listPrice || !job.discountBps) return {};
  return {
    list_price: wattNumber(job.listPrice),
    discount_bps: job.discountBps,
    price: wattNumber(job.price),
  };
}

/** Where the price of a job went, or what of it was not charged. */
export function refundOf(job: JobRecord): { watt: number; to: string; as: 'balance' } | null {
  const unused = job.settlement === null ? 0n : job.price - (job.charged ?? 0n);
  return unused > 0n && job.payer ? { watt: wattNumber(unused), to: job.payer, as: 'balance' } : null;
}

export function acceptedBody(
  job: { id: string; state: JobState },
  retryAfterSeconds: number,
): Record<string, unknown> {
  return {
    success: true,
    job_id: job.id,
    state: job.state,
    status_url: statusUrl(job.id),
    retry_after_seconds: retryAfterSeconds,
  };
}

export function statusUrl(jobId: string): string {
  return `/api/v1/jobs/${jobId}`;
}

export function batchUrl(batchId: string): string {
  return `/api/v1/batches/${batchId}`;
}

function readPayload(job: JobRecord): Record<string, unknown> {
  const payload = parseJson(job.result ?? '');
  if (typeof payload !== 'object' || payload === null)
    throw new Error(`Job ${job.id} ended without a result`);
  return payload as Record<string, unknown>;
}

/** Puts the bytes beside each reference to a file: `{content_type, sha256, size_bytes}` gets `base64`. */
function withFiles(data: unknown, files: readonly StoredFile[]): unknown {
  if (typeof data !== 'object' || data === null || files.length === 0) return data;
  const byHash = new Map(files.map((file) => [file.sha256, file.bytes]));
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const hash =
        typeof value === 'object' && value !== null ? (value as { sha256?: unknown }).sha256 : undefined;
      const bytes = typeof hash === 'string' ? byHash.get(hash) : undefined;
      return [name, bytes ? { ...(value as object), base64: Buffer.from(bytes).toString('base64') } : value];
    }),
  );
}
