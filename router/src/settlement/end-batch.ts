import { randomUUID } from 'node:crypto';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { bookPaid, type SystemAccounts } from '../ledger/ledger.ts';

/** A batch that failed, and what became of its payouts: two batches of half of them each, or one that is held. */
export interface Split {
  halves: string[];
  held: string | null;
}

/** The attempt landed for good: it is `finalized`, its batch `done`, its payouts `paid` and booked, all at once. False when it was so before. */
export function finishBatch(sql: SqlClient, system: SystemAccounts, signature: string): Promise<boolean> {
  return sql.begin(async (tx) => {
    const [attempt] = await tx<{ batch: string }[]>`
      update payout_attempts set state = 'finalized', finished_at = now(), confirmed_at = coalesce(confirmed_at, now())
      where signature = ${signature} and state = 'live' returning batch_id as batch`;
    if (!attempt) return false;
    await tx`update payout_batches set state = 'done', finished_at = now() where id = ${attempt.batch}`;
    const payouts = await tx<{ id: string }[]>`
      select id from payouts where batch_id = ${attempt.batch} and state = 'batched' order by id for no key update`;
    const ids = payouts.map((payout) => payout.id);
    await bookPaid(tx, system, ids);
    await tx`update payouts set state = 'paid', finished_at = now() where id = any(${ids}::uuid[])`;
    return true;
  });
}

/** The attempt landed for good with an error, so nobody was paid: it is `failed`, and its batch is split. Null when it was ended before. */
export function failAttempt(
  sql: SqlClient,
  attempt: { signature: string; error: string },
): Promise<Split | null> {
  return sql.begin(async (tx) => {
    const [ended] = await tx<{ batch: string }[]>`
      update payout_attempts set state = 'failed', finished_at = now(), error = ${attempt.error}
      where signature = ${attempt.signature} and state = 'live' returning batch_id as batch`;
    return ended ? splitBatch(tx, { batch: ended.batch, error: attempt.error }) : null;
  });
}

/**
 * The attempt can never land: the caller has seen that its signature is unknown at a finalized height past its last valid one. The batch stays
 * open and gets another attempt. The watcher's own record of the signature is believed over that.
 */
export async function expireAttempt(sql: SqlClient, signature: string): Promise<boolean> {
  const rows = await sql`
    update payout_attempts set state = 'expired', finished_at = now()
    where signature = ${signature} and state = 'live'
      and not exists (select 1 from chain_debits d where d.signature = ${signature} and d.status <> 'orphaned')
    returning signature`;
  return rows.length > 0;
}

/** An order that its simulation refused: its batch is split. Null when the batch was ended, or sent, before. */
export function refuseBatch(
  sql: SqlClient,
  refused: { batch: string; error: string },
): Promise<Split | null> {
  return sql.begin(async (tx) => {
    const [open] = await tx`
      select 1 from payout_batches b where b.id = ${refused.batch} and b.state = 'open'
        and not exists (select 1 from payout_attempts a where a.batch_id = b.id and a.state <> 'expired')
      for no key update`;
    return open ? splitBatch(tx, refused) : null;
  });
}

/** The payouts of a failed batch go on in two new batches; one that fails alone is held. */
async function splitBatch(tx: SqlRunner, { batch, error }: { batch: string; error: string }): Promise<Split> {
  await tx`update payout_batches set state = 'failed', finished_at = now() where id = ${batch}`;
  const rows = await tx<{ id: string }[]>`
    update payouts set state = 'queued', batch_id = null where batch_id = ${batch} and state = 'batched' returning id`;
  const ids = rows.map((row) => row.id).sort();
  const [only] = ids;
  if (ids.length <= 1) {
    await tx`
      update payouts set state = 'held', reason = ${`transaction_refused: ${error}`} where id = any(${ids}::uuid[])`;
    return { halves: [], held: only ?? null };
  }
  const middle = Math.ceil(ids.length / 2);
  const halves: string[] = [];
  for (const half of [ids.slice(0, middle), ids.slice(middle)]) halves.push(await openBatch(tx, half));
  return { halves, held: null };
}

/** Puts queued payouts, which the caller has locked, into a new batch. */
export async function openBatch(tx: SqlRunner, payoutIds: readonly string[]): Promise<string> {
  const id = randomUUID();
  await tx`insert into payout_batches (id, state) values (${id}, 'open')`;
  await tx`
    update payouts set state = 'batched', batch_id = ${id}
    where id = any(${payoutIds as string[]}::uuid[]) and state = 'queued'`;
  return id;
}
