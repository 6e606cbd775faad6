import type { BaseUnits, JobId } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import type { ScrapeBatchState } from './states.ts';

/** A batch as it is asked for. Lists have one entry a page; amounts in base units, times in Unix milliseconds. */
export interface NewBatch {
  id: JobId;
  /** The normalised requests as the text of a JSON list. */
  requests: string;
  requestSha256: string;
  commitment: string;
  jobIds: JobId[];
  prices: BaseUnits[];
  listPrices: BaseUnits[];
  discountBps: number;
  /** The sum of the prices. */
  price: BaseUnits;
  expiresAt: number;
}

export interface BatchRecord extends NewBatch {
  state: ScrapeBatchState;
  payer: string | null;
}

/** Registers a batch as `awaiting_payment`. False when one of this id exists already, perhaps with another body. */
export async function registerBatch(sql: SqlRunner, batch: NewBatch): Promise<boolean> {
  const rows = await sql`
    insert into scrape_batches (id, state, requests, request_sha256, commitment, job_ids, prices, list_prices, discount_bps, price, expires_at)
    values (
      ${batch.id}, 'awaiting_payment', ${batch.requests}, ${batch.requestSha256}, ${batch.commitment}, ${batch.jobIds}::uuid[],
      ${listParameter(batch.prices)}::bigint[], ${listParameter(batch.listPrices)}::bigint[], ${batch.discountBps}, ${batch.price},
      to_timestamp(${batch.expiresAt} / 1000.0::float8)
    ) on conflict (id) do nothing returning id`;
  return rows.length > 0;
}

export async function loadBatch(sql: SqlRunner, id: JobId): Promise<BatchRecord | null> {
  const [row] = await sql<BatchRecord[]>`
    select id, state, requests, request_sha256 as "requestSha256", commitment, job_ids as "jobIds", prices, list_prices as "listPrices",
      discount_bps as "discountBps", price, payer, extract(epoch from expires_at)::float8 * 1000 as "expiresAt"
    from scrape_batches where id = ${id}`;
  return row ?? null;
}

/** Locks a batch that waits for its payment until the caller's transaction ends; null when it does not wait any more. */
export async function lockUnpaidBatch(sql: SqlRunner, id: JobId): Promise<BatchRecord | null> {
  const locked = await sql`
    select id from scrape_batches b where id = ${id} and state = 'awaiting_payment' and (
      expires_at > now() or exists (select 1 from x402_settlements s where s.job_id = b.id and s.state = 'signed'))
    for no key update`;
  return locked.length > 0 ? loadBatch(sql, id) : null;
}

const EXPIRE_MAX = 1000;

/** `awaiting_payment` → `expired` for batches whose payment did not come in time, at most 1000 a call. */
export async function expireUnpaidBatches(sql: SqlRunner): Promise<void> {
  await sql`
    update scrape_batches set state = 'expired' where id in (
      select id from scrape_batches b where state = 'awaiting_payment' and expires_at <= now()
        -- Its payment may have been sent.
        and not exists (select 1 from x402_settlements s where s.job_id = b.id and s.state = 'signed')
      order by expires_at limit ${EXPIRE_MAX} for no key update skip locked
    ) and state = 'awaiting_payment'`;
}
