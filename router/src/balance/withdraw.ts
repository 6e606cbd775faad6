import { randomUUID } from 'node:crypto';
import { AppError } from '@watt/shared';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { reservePayouts, type SystemAccounts } from '../ledger/ledger.ts';
import { amountFields } from './amount-fields.ts';
import { lockWithdrawable } from './load-balance.ts';

export interface WithdrawalOrder {
  wallet: string;
  /** The key that asks; null for the wallet itself. */
  keyId: string | null;
  /** Base units. */
  asked: bigint | 'all';
  idempotencyKey: string;
  /** Base units. */
  minimum: bigint;
}

/**
 * Sets part of a balance aside to be sent to its wallet, in one transaction. Returns the payout's id; a retry with the same key gives the same.
 * Throws WITHDRAWAL_TOO_SMALL, WITHDRAWAL_NOT_COVERED or IDEMPOTENCY_KEY_REUSED, and then nothing has moved.
 */
export async function withdraw(
  sql: SqlClient,
  system: SystemAccounts,
  order: WithdrawalOrder,
): Promise<{ payoutId: string; isNew: boolean }> {
  return sql.begin(async (tx) => {
    // Withdrawals of one wallet go one after the other from here on.
    const { account, withdrawable } = await lockWithdrawable(tx, order.wallet);
    const idem = `withdrawal:${order.wallet}:${order.idempotencyKey}`;
    const earlier = await findEarlier(tx, idem);
    if (earlier) {
      if (earlier.asked !== `${order.asked}`) throw new AppError('IDEMPOTENCY_KEY_REUSED');
      return { payoutId: earlier.payoutId, isNew: false };
    }
    const amount = order.asked === 'all' ? withdrawable : order.asked;
    checkAmount(amount, { withdrawable, minimum: order.minimum });
    const payoutId = randomUUID();
    await tx`
      insert into payouts (id, idem, kind, source, wallet, amount, state)
      values (${payoutId}, ${idem}, 'withdrawal', ${account}::bigint, ${order.wallet}, ${amount.toString()}::bigint, 'queued')`;
    await tx`
      insert into withdrawal_requests (payout_id, asked, key_id) values (${payoutId}, ${`${order.asked}`}, ${order.keyId})`;
    await reservePayouts(tx, system, [{ payoutId, source: account, amount }]);
    return { payoutId, isNew: true };
  });
}

function checkAmount(
  amount: bigint,
  { withdrawable, minimum }: { withdrawable: bigint; minimum: bigint },
): void {
  const extra = {
    ...amountFields('withdrawable', withdrawable),
    ...amountFields('minimum', minimum),
  };
  if (amount < minimum) throw new AppError('WITHDRAWAL_TOO_SMALL', { extra });
  if (amount > withdrawable) throw new AppError('WITHDRAWAL_NOT_COVERED', { extra });
}

async function findEarlier(
  sql: SqlRunner,
  idem: string,
): Promise<{ payoutId: string; asked: string } | null> {
  const [row] = await sql<{ payoutId: string; asked: string }[]>`
    select p.id as "payoutId", w.asked from payouts p join withdrawal_requests w on w.payout_id = p.id
    where p.idem = ${idem}`;
  return row ?? null;
}
