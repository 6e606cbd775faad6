import type { RecipientState } from '../chain/chain.ts';
import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import type { AccountId } from '../ledger/ledger.ts';

/** Why something does not leave now: a code for programs, a sentence for people. */
export interface Wait {
  code: WaitCode;
  detail: string;
}

export type WaitCode =
  | 'no_wallet'
  | 'no_token_account'
  | 'token_account_frozen'
  | 'token_account_foreign'
  | 'own_wallet'
  | 'below_threshold'
  | 'payments_not_final'
  | 'payout_pending'
  | 'transaction_refused'
  | 'payouts_frozen'
  | 'fee_too_high'
  | 'no_sol'
  | 'no_tokens'
  | 'not_possible_now'
  | 'no_key';

export const FROZEN: Wait = {
  code: 'payouts_frozen',
  detail: 'Payouts are stopped until the operator has looked at a finding.',
};

export const NO_TOKENS: Wait = {
  code: 'no_tokens',
  detail: 'What our token account holds, finalized, does not cover the next payouts yet.',
};

const RECIPIENT_WAITS: Readonly<Record<Exclude<RecipientState, 'ready'>, Wait>> = {
  missing: {
    code: 'no_token_account',
    detail: 'The wallet has no token account for this mint. Open one: its rent is not paid from here.',
  },
  frozen: { code: 'token_account_frozen', detail: 'The wallet’s token account is frozen.' },
  foreign: {
    code: 'token_account_foreign',
    detail: 'The wallet’s token account was given to another owner.',
  },
  own: { code: 'own_wallet', detail: 'The wallet is the compute wallet itself.' },
};

/** What keeps a wallet from receiving; null for one that can. */
export function recipientWait(state: RecipientState | undefined): Wait | null {
  return state === 'ready' ? null : RECIPIENT_WAITS[state ?? 'missing'];
}

/** Codes of payouts that are held only until their wallet can receive. */
export const RECIPIENT_CODES: readonly WaitCode[] = Object.values(RECIPIENT_WAITS).map(({ code }) => code);

/** The reason that stands beside a held payout: `<code>: <sentence>`. */
export function reasonText({ code, detail }: { code: string; detail: string }): string {
  return `${code}: ${detail}`;
}

/** Writes down what keeps these accounts' money here; `null` that nothing does any more. */
export async function noteWaits(
  sql: SqlRunner,
  waits: readonly { account: AccountId; wait: Wait | null }[],
): Promise<void> {
  const standing = waits.flatMap(({ account, wait }) => (wait ? [{ account, ...wait }] : []));
  const gone = waits.flatMap(({ account, wait }) => (wait ? [] : [account]));
  if (gone.length > 0)
    await sql`delete from payout_waits where account = any(${listParameter(gone)}::bigint[])`;
  if (standing.length === 0) return;
  await sql`
    insert into payout_waits (account, code, detail)
    select * from unnest(
      ${listParameter(standing.map((wait) => wait.account))}::bigint[], ${standing.map((wait) => wait.code)}::text[],
      ${standing.map((wait) => wait.detail)}::text[]
    )
    on conflict (account) do update set code = excluded.code, detail = excluded.detail,
      since = case when payout_waits.code = excluded.code then payout_waits.since else now() end
    where (payout_waits.code, payout_waits.detail) is distinct from (excluded.code, excluded.detail)`;
}
