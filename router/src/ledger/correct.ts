import type { SqlRunner } from '../db/connect.ts';
import { openAccounts, type SystemAccounts } from './accounts.ts';

/**
 * Gives a payment that arrived without a clear payer to the wallet that an operator found: suspense → customer. Returns false when it was
 * claimed before, or is not in suspense. The payment must be final: the caller holds its record locked.
 */
export async function claimCredit(
  sql: SqlRunner,
  system: SystemAccounts,
  claim: { signature: string; wallet: string },
): Promise<boolean> {
  const customer = (await openAccounts(sql, 'customer', [claim.wallet])).get(claim.wallet);
  if (customer === undefined) throw new Error(`No account could be opened for ${claim.wallet}`);
  const rows = await sql`
    insert into transfers (idem, kind, debit, credit, amount)
    select ${`claim:${claim.signature}`}, 'claim', t.credit, ${customer}::bigint, t.amount
    from transfers t
    where t.idem = ${`sig:${claim.signature}`} and t.credit = ${system.suspense}::bigint
    on conflict (idem) do nothing returning id`;
  return rows.length > 0;
}

/**
 * Books tokens that left our account without a payout, once an operator has said why: revenue or suspense → treasury. Afterwards the ledger
 * holds what the chain holds. Returns false when it was booked before.
 */
export async function bookExplained(
  sql: SqlRunner,
  system: SystemAccounts,
  debit: { signature: string; amount: bigint; from: 'revenue' | 'suspense' },
): Promise<boolean> {
  const rows = await sql`
    insert into transfers (idem, kind, debit, credit, amount)
    values (${`explain:${debit.signature}`}, 'explain', ${system[debit.from]}::bigint, ${system.treasury}::bigint,
      ${debit.amount.toString()}::bigint)
    on conflict (idem) do nothing returning id`;
  return rows.length > 0;
}
