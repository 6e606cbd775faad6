import type { SqlRunner } from '../db/connect.ts';
import type { Books } from './check-books.ts';
import { formatUnits } from './check-books.ts';

const LATE_MINUTES = 15;
const LOW_LAMPORTS = 50_000_000n;

/** What is not wrong and wants to be looked at, in words. */
export async function findWarnings(
  sql: SqlRunner,
  { accounts }: Books,
  feePayerLamports: bigint | null,
): Promise<string[]> {
  const [row] = await sql<{ late: bigint; held: bigint; unbooked: bigint }[]>`
    select
      (select count(*) from payout_batches where state = 'open' and created_at < now() - make_interval(mins => ${LATE_MINUTES})) as late,
      (select count(*) from payouts where state = 'held') as held,
      (select count(*) from chain_debits d join payout_attempts a on a.signature = d.signature
        where a.state = 'live' and d.status = 'finalized' and d.seen_at < now() - make_interval(mins => ${LATE_MINUTES})) as unbooked`;
  const { late = 0n, held = 0n, unbooked = 0n } = row ?? {};
  const owed = liabilities(accounts);
  return [
    ...(late > 0n ? [`${late} batches of payouts are under way for more than ${LATE_MINUTES} minutes`] : []),
    ...(unbooked > 0n ? [`${unbooked} payouts are final on chain and not booked`] : []),
    ...(held > 0n ? [`${held} payouts are held`] : []),
    ...(accounts.suspense === 0n ? [] : [`${formatUnits(accounts.suspense)} WATT are in suspense`]),
    ...(accounts.treasury < owed
      ? [`${formatUnits(owed - accounts.treasury)} WATT more are owed than held`]
      : []),
    ...(feePayerLamports !== null && feePayerLamports < LOW_LAMPORTS
      ? [`the fee payer has ${feePayerLamports} lamports left`]
      : []),
  ];
}

/** What belongs to others. Suspense does while it is above zero; below, it is a loss of ours. */
export function liabilities(accounts: Books['accounts']): bigint {
  const { customers, held, nodes, burn, payoutInflight, suspense } = accounts;
  return customers + held + nodes + burn + payoutInflight + (suspense > 0n ? suspense : 0n);
}
