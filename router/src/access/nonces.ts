import type { SqlRunner } from '../db/connect.ts';
import type { RequestProof } from './request-signature.ts';

/**
 * Takes a nonce for good. Null when it was taken before: of two copies of a request exactly one is accepted. Says in the same breath whether the
 * wallet is a customer's.
 */
export async function takeNonce(
  sql: SqlRunner,
  { wallet, nonce, voidAt }: RequestProof,
): Promise<{ isCustomer: boolean } | null> {
  const [taken] = await sql<{ isCustomer: boolean }[]>`
    insert into auth_nonces (wallet, nonce, expires_at) values (${wallet}, ${nonce}, to_timestamp(${voidAt}::float8 / 1000.0))
    on conflict do nothing
    returning exists (select 1 from accounts a where a.kind = 'customer' and a.owner = wallet) as "isCustomer"`;
  return taken ?? null;
}

const BATCH = 10_000;
// Clocks of several routers may differ by less than this.
const KEPT_LONGER_MS = 600_000;

/** Forgets nonces whose signatures have long been void, at most 10 000 a call. `now` in Unix milliseconds. */
export async function forgetNonces(sql: SqlRunner, now: number): Promise<void> {
  await sql`
    delete from auth_nonces where (wallet, nonce) in (
      select wallet, nonce from auth_nonces where expires_at < to_timestamp(${now - KEPT_LONGER_MS}::float8 / 1000.0)
      order by expires_at limit ${BATCH} for update skip locked)`;
}
