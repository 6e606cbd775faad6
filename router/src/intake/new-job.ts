import { commitmentMemo, type JobId, type Shares, sha256Hex, splitPrice } from '@watt/shared';
import type { Terms } from '../balance/balance.ts';
import type { NewJob } from '../jobs/jobs.ts';
import type { ReadRequest } from './read-request.ts';

/** A job as it is registered: what was read, its price in parts, and the hash of the exact bytes that the agent sent. */
export function newJob(
  id: JobId,
  read: ReadRequest,
  { raw, shares, expiresAt, terms }: { raw: Uint8Array; shares: Shares; expiresAt: number; terms: Terms },
): NewJob {
  const requestSha256 = sha256Hex(raw);
  return {
    id,
    service: read.service,
    request: JSON.stringify(read.request),
    requestSha256,
    commitment: commitmentMemo(id, requestSha256),
    price: terms.price,
    listPrice: terms.discountBps > 0 ? terms.listPrice : null,
    discountBps: terms.discountBps,
    split: splitPrice(terms.price, shares),
    sessionMinutes: 'session' in read.request ? read.request.session.minutes : null,
    expiresAt,
  };
}
