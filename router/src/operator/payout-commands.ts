import { formatUnits } from '../reconciliation/reconciliation.ts';
import { putBackPayout, returnPayout } from '../settlement/settlement.ts';
import { type CommandRun, done, listed, noteAction, refused } from './operator-desk.ts';

export const showPayouts: CommandRun = async ({ sql }, { isHeld, limit }) => {
  const rows = await sql<
    {
      id: string;
      kind: string;
      wallet: string | null;
      amount: bigint;
      state: string;
      reason: string | null;
      at: string;
    }[]
  >`
    select id, kind, wallet, amount, state, reason, to_char(created_at, 'YYYY-MM-DD HH24:MI:SS') as at from payouts
    where state = any(${isHeld ? ['held'] : ['queued', 'batched', 'held']}) order by created_at, id limit ${limit}`;
  return listed(
    rows.map(({ id, kind, wallet, amount, state, reason, at }) => ({
      payout: id,
      since: at,
      kind,
      watt: formatUnits(amount),
      state,
      to: wallet ?? '',
      reason: reason ?? '',
    })),
    isHeld ? 'No payout is held' : 'No payout is under way',
  );
};

export const retry: CommandRun = async (desk, command) => {
  if (!isUuid(command.subject)) return refused(`"${command.subject}" is no payout`);
  return desk.sql.begin(async (tx) => {
    if (!(await putBackPayout(tx, command.subject))) return refused('No payout of this id is held');
    await noteAction(tx, desk, command);
    return done('It is queued again');
  });
};

export const giveBack: CommandRun = async (desk, command) => {
  if (!isUuid(command.subject)) return refused(`"${command.subject}" is no payout`);
  await noteAction(desk.sql, desk, command);
  return (await returnPayout(desk.sql, desk.accounts, command.subject))
    ? done('Its money is back where it was taken from')
    : refused('No payout of this id is held or queued');
};

export const showActions: CommandRun = async ({ sql }, { limit }) => {
  const rows = await sql<Record<'at' | 'who' | 'action' | 'subject' | 'why', string>[]>`
    select to_char(at, 'YYYY-MM-DD HH24:MI:SS') as at, operator as who, action, subject, why
    from operator_actions order by id desc limit ${limit}`;
  return listed(rows, 'No operator has acted');
};

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
