import { commitmentMemo, type JobId, type Shares, sha256Hex, splitPrice } from '@watt/shared';
import type { NewJob } from '../jobs/jobs.ts';
import type { ReadRequest } from './read-request.ts';

/** A job as it is registered: what was read, its price in parts, and the hash of the exact bytes that the agent sent. */
export function newJob(
  id: JobId,
  read: ReadRequest,
  { raw, shares, expiresAt }: { raw: Uint8Array; shares: Shares; expiresAt: number },
): NewJob {
  const requestSha256 = sha256Hex(raw);
  return {
    id,
    service: read.service,
    request: JSON.stringify(read.request),
    requestSha256,
    commitment: commitmentMemo(id, requestSha256),
    price: read.price.total,
    split: splitPrice(read.price.total, shares),
    expiresAt,
  };
}
