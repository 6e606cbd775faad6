import { randomUUID } from 'node:crypto';
import type { SqlClient } from '../../src/db/connect.ts';
import { creditPayments, loadSystemAccounts } from '../../src/ledger/ledger.ts';

/** Records a payment and its credit, as the watcher does. Amount in base units. Returns its signature. */
export async function deposit(
  sql: SqlClient,
  payment: { wallet: string; amount: bigint; memo?: string; status?: 'confirmed' | 'finalized' },
): Promise<string> {
  const { wallet, amount, memo = 'deposit', status = 'finalized' } = payment;
  const signature = `pay-${randomUUID()}`;
  const accounts = await loadSystemAccounts(sql);
  await sql.begin(async (tx) => {
    await tx`
      insert into chain_credits (signature, slot, amount, payer, payer_signed, memo, status)
      values (${signature}, 1, ${amount.toString()}::bigint, ${wallet}, true, ${memo}, ${status})`;
    await creditPayments(tx, accounts, [{ signature, amount, payer: wallet }]);
  });
  return signature;
}
