import { claimCredit } from '../ledger/ledger.ts';
import { formatUnits } from '../reconciliation/reconciliation.ts';
import { refundCredit } from '../settlement/settlement.ts';
import {
  type CommandRun,
  done,
  listed,
  noteAction,
  type OperatorDesk,
  type Report,
  refused,
} from './operator-desk.ts';

/** Payments without a clear payer that nobody has claimed; oldest first. */
export const showSuspense: CommandRun = async ({ sql, accounts }, { limit, after }) => {
  const rows = await sql<
    { signature: string; at: string | null; amount: bigint; status: string; memo: string | null }[]
  >`
    select c.signature, to_char(c.seen_at, 'YYYY-MM-DD HH24:MI:SS') as at, c.amount, c.status, c.memo
    from chain_credits c join transfers t on t.idem = 'sig:' || c.signature
    where c.payer is null and t.credit = ${accounts.suspense} and c.status <> 'orphaned'
      and not exists (select 1 from transfers claim where claim.idem = 'claim:' || c.signature)
      and (${after === null} or (c.slot, c.signature) >
        (select slot, signature from chain_credits where signature = ${after ?? ''}))
    order by c.slot, c.signature limit ${limit}`;
  return listed(
    rows.map(({ signature, at, amount, status, memo }) => ({
      signature,
      seen: at ?? '',
      watt: formatUnits(amount),
      state: status,
      memo: memo ?? '',
    })),
    'No payment waits for its owner',
  );
};

export const claim: CommandRun = async (desk, command) => {
  const { subject: signature, wallet } = command;
  const astray = refuseOwnWallet(desk, wallet);
  if (astray) return astray;
  return desk.sql.begin(async (tx) => {
    const [credit] = await tx<{ amount: bigint; status: string }[]>`
      select amount, status from chain_credits where signature = ${signature} for no key update`;
    if (!credit) return refused(`No payment is known by ${signature}`);
    if (credit.status !== 'finalized')
      return refused(`It is ${credit.status}, not final: try again in a minute`);
    if (!(await claimCredit(tx, desk.accounts, { signature, wallet })))
      return refused('It is not in suspense: it had a payer, or was given away before');
    await noteAction(tx, desk, command);
    return done(`${formatUnits(credit.amount)} WATT are in the balance of ${wallet}`);
  });
};

export const refund: CommandRun = async (desk, command) => {
  const { subject: signature, wallet } = command;
  const astray = refuseOwnWallet(desk, wallet);
  if (astray) return astray;
  // Noted first: what follows is a transaction of its own, and must not go without who and why.
  await noteAction(desk.sql, desk, command);
  const payout = await refundCredit(desk.sql, desk.accounts, { signature, wallet });
  return payout
    ? done(`Payout ${payout} will send it to ${wallet}`)
    : refused('It is not final, not in suspense, or was given away before');
};

/** What is given to the compute wallet itself cannot be taken back, and belongs to nobody then. Only where the environment names that wallet. */
function refuseOwnWallet({ computeWallet }: OperatorDesk, wallet: string): Report | null {
  return computeWallet === wallet
    ? refused('That is the compute wallet itself: name the wallet of the payer')
    : null;
}
