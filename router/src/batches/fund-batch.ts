import { type Shares, splitPrice } from '@watt/shared';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { type NewJob, registerJobs } from '../jobs/jobs.ts';
import type { SystemAccounts } from '../ledger/ledger.ts';
import {
  type FundOutcome,
  lockCredits,
  planFunding,
  type Spender,
  withOutlook,
  writeHolds,
} from '../payments/payments.ts';
import { type BatchRecord, lockUnpaidBatch } from './batch-record.ts';

export interface FundingRooms {
  sql: SqlClient;
  accounts: SystemAccounts;
  shares: Shares;
  isSignedOnly: boolean;
}

/**
 * Pays for a whole batch in one transaction: the batch, its payments and the payer's balance are locked, every page becomes a job with a
 * hold of its own, and the payments are used up by the first of them. A key's budgets see the batch as one job of its whole price.
 * Null when the batch does not wait for a payment any more. Like `fundJobs` it must begin after batch and payment were committed.
 */
export async function fundBatch(
  { sql, accounts, shares, isSignedOnly }: FundingRooms,
  batchId: BatchRecord['id'],
  spender: Spender | null,
): Promise<FundOutcome | null> {
  return sql.begin(async (tx) => {
    const batch = await lockUnpaidBatch(tx, batchId);
    if (!batch) return null;
    const rules = { isSignedOnly, ...(spender && { spenders: new Map([[batch.id, spender]]) }) };
    const credits = await lockCredits(tx, [batch], rules);
    const { holds, outcomes } = await planFunding(tx, { jobs: [batch], credits, rules });
    const [whole] = holds;
    if (whole) {
      await registerPages(tx, batch, shares);
      const pages = batch.jobIds.map((jobId, index) => ({
        ...whole,
        jobId,
        amount: batch.prices[index] ?? 0n,
        signatures: index === 0 ? whole.signatures : [],
      }));
      await writeHolds(tx, accounts, pages);
      await tx`
        update scrape_batches set state = 'funded', payer = ${whole.wallet}, funded_at = now()
        where id = ${batch.id} and state = 'awaiting_payment'`;
    }
    return (await withOutlook(tx, outcomes)).get(batch.id) ?? null;
  });
}

/** Their ids are made with a secret, so nobody can have registered one before. */
async function registerPages(sql: SqlRunner, batch: BatchRecord, shares: Shares): Promise<void> {
  const requests: unknown[] = JSON.parse(batch.requests);
  const jobs = requests.flatMap((request, index): NewJob[] => {
    const [id, price] = [batch.jobIds[index], batch.prices[index]];
    if (id === undefined || price === undefined) return [];
    return [
      {
        id,
        service: 'scrape',
        request: JSON.stringify(request),
        requestSha256: batch.requestSha256,
        commitment: batch.commitment,
        price,
        listPrice: batch.discountBps > 0 ? (batch.listPrices[index] ?? null) : null,
        discountBps: batch.discountBps,
        split: splitPrice(price, shares),
        expiresAt: batch.expiresAt,
      },
    ];
  });
  const created = await registerJobs(sql, jobs);
  if (created.size !== batch.jobIds.length) throw new Error(`Batch ${batch.id} has jobs that exist already`);
}
