import type { SqlClient } from '../../src/db/connect.ts';
import { captureParts, holdParts, lockBalances, type SystemAccounts } from '../../src/ledger/ledger.ts';

/** Holds one price in a transaction of its own. False when the balance does not cover it. */
export function holdOne(
  sql: SqlClient,
  accounts: SystemAccounts,
  request: { jobId: string; wallet: string; amount: bigint },
): Promise<boolean> {
  return sql.begin(async (tx) => {
    const found = (await lockBalances(tx, [request.wallet])).get(request.wallet);
    if (!found || found.balance < request.amount) return false;
    await tx`with ${holdParts(tx, accounts, [{ ...request, account: found.account }])} select 1`;
    return true;
  });
}

/** Captures one hold in a statement of its own. Rejects when the job was resolved before. */
export async function captureOne(
  sql: SqlClient,
  accounts: SystemAccounts,
  capture: { jobId: string; nodeId: string; nodeShare: bigint; burnShare: bigint; unused?: bigint },
): Promise<void> {
  const { jobId, nodeId, nodeShare, burnShare, unused = 0n } = capture;
  await sql`
    with captures as (
      select ${jobId}::uuid as job_id, ${nodeId}::text as node_id, ${nodeShare.toString()}::bigint as node_share,
        ${unused.toString()}::bigint as unused,
        ${burnShare.toString()}::bigint as burn_share
    ), ${captureParts(sql, accounts)}
    select job_id from resolved`;
}
