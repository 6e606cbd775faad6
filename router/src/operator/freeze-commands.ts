import { bookExplained } from '../ledger/ledger.ts';
import { formatUnits, freezePayouts, releaseFreeze } from '../reconciliation/reconciliation.ts';
import { type CommandRun, done, listed, noteAction, refused } from './operator-desk.ts';

export const showFreezes: CommandRun = async ({ sql }, { isAll, limit }) => {
  const rows = await sql<Record<'id' | 'since' | 'cause' | 'subject' | 'detail' | 'released', string>[]>`
    select id::text as id, to_char(frozen_at, 'YYYY-MM-DD HH24:MI:SS') as since, cause, subject, detail, coalesce(release, '') as released
    from payout_freezes where ${isAll} or released_at is null order by frozen_at desc limit ${limit}`;
  return listed(rows, 'Payouts are not frozen');
};

export const freeze: CommandRun = async (desk, command) => {
  const { why } = command;
  return desk.sql.begin(async (tx) => {
    const [opened] = await freezePayouts(tx, [
      { cause: 'operator', subject: '', detail: `${desk.operator}: ${why}` },
    ]);
    if (!opened) return refused('An operator has frozen payouts already: see "money freezes"');
    await noteAction(tx, desk, { ...command, subject: `${opened.id}` });
    return done(`Payouts are frozen (${opened.id})`);
  });
};

export const release: CommandRun = async (desk, command) => {
  const { subject, why } = command;
  if (!/^\d{1,18}$/.test(subject)) return refused(`"${subject}" is no number of a freeze`);
  return desk.sql.begin(async (tx) => {
    if (!(await releaseFreeze(tx, BigInt(subject), `${desk.operator}: ${why}`)))
      return refused(`Freeze ${subject} is not open`);
    await noteAction(tx, desk, command);
    return done(`Freeze ${subject} is released; what is still wrong freezes again at the next check`);
  });
};

/** Books what left without us, so that the ledger holds what the chain holds, and releases the freeze about it. */
export const explain: CommandRun = async (desk, command) => {
  const { subject: signature, as, why } = command;
  return desk.sql.begin(async (tx) => {
    const [debit] = await tx<
      { amount: bigint; status: string; explanation: string | null; attempt: string | null }[]
    >`
      select d.amount, d.status, d.explanation, a.state as attempt
      from chain_debits d left join payout_attempts a on a.signature = d.signature
      where d.signature = ${signature} for no key update of d`;
    if (!debit) return refused(`No tokens are known to have left by ${signature}`);
    if (debit.explanation !== null) return refused(`It was explained before: ${debit.explanation}`);
    if (debit.attempt === 'live' || debit.attempt === 'finalized')
      return refused(
        'It is a payout of ours and is booked as such; release its freeze if the amount is right',
      );
    if (debit.status !== 'finalized')
      return refused(`It is ${debit.status}, not final: try again in a minute`);
    await bookExplained(tx, desk.accounts, { signature, amount: debit.amount, from: as });
    const words = `${desk.operator}: ${why}`;
    await tx`update chain_debits set explanation = ${words}, explained_at = now() where signature = ${signature}`;
    const freed = await tx`
      update payout_freezes set released_at = now(), release = ${words}
      where subject = ${signature} and released_at is null returning id`;
    await noteAction(tx, desk, command);
    return done(
      `${formatUnits(debit.amount)} WATT are booked from ${as}; ${freed.length} freeze(s) released`,
    );
  });
};
