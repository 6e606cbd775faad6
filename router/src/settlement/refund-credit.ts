import { randomUUID } from 'node:crypto';
import type { SqlClient } from '../db/connect.ts';
import { claimCredit, openAccounts, reservePayouts, type SystemAccounts } from '../ledger/ledger.ts';

/**
 * Sends a payment that arrived without a clear payer back on chain, to the wallet that an operator found. It is claimed for that wallet's balance and
 * set aside from there in one transaction, so a claim and a refund exclude each other. Returns the payout's id; null when the payment is not
 * final, not in suspense, or was given away before.
 */
export function refundCredit(
  sql: SqlClient,
  system: SystemAccounts,
  { signature, wallet }: { signature: string; wallet: string },
): Promise<string | null> {
  return sql.begin(async (tx) => {
    const [credit] = await tx<{ amount: bigint }[]>`
      select amount from chain_credits where signature = ${signature} and status = 'finalized' for no key update`;
    if (!credit || !(await claimCredit(tx, system, { signature, wallet }))) return null;
    const source = (await openAccounts(tx, 'customer', [wallet])).get(wallet);
    if (source === undefined) throw new Error(`No account could be opened for ${wallet}`);
    const payoutId = randomUUID();
    await tx`
      insert into payouts (id, idem, kind, source, wallet, amount, state)
      values (${payoutId}, ${`refund:${signature}`}, 'refund', ${source}, ${wallet}, ${credit.amount}, 'queued')`;
    await reservePayouts(tx, system, [{ payoutId, source, amount: credit.amount }]);
    return payoutId;
  });
}
