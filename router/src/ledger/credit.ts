import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import { openAccounts, type SystemAccounts } from './accounts.ts';

export interface IncomingCredit {
  signature: string;
  /** Base units that arrived on our token account. */
  amount: bigint;
  /** Null sends the amount to suspense, where an operator finds its owner. */
  payer: string | null;
}

/** A credit that landed before; `landing` counts how often. */
export interface LandedCredit {
  signature: string;
  amount: bigint;
  landing: number;
}

/** Credits payments that arrived on chain: treasury → customer, or → suspense. The signature makes each happen once. */
export async function creditPayments(
  sql: SqlRunner,
  accounts: SystemAccounts,
  credits: readonly IncomingCredit[],
): Promise<void> {
  if (credits.length === 0) return;
  const payers = credits.flatMap((credit) => credit.payer ?? []);
  const customers = await openAccounts(sql, 'customer', payers);
  const to = credits.map((credit) => (credit.payer && customers.get(credit.payer)) || accounts.suspense);
  await sql`
    insert into transfers (idem, kind, debit, credit, amount)
    select 'sig:' || signature, 'credit', ${accounts.treasury}::bigint, account, amount
    from unnest(
      ${credits.map((credit) => credit.signature)}::text[], ${listParameter(to)}::bigint[], ${listParameter(credits.map((credit) => credit.amount))}::bigint[]
    ) as incoming (signature, account, amount)
    on conflict (idem) do nothing`;
}

/**
 * Takes back a credit whose transaction disappeared from the chain: from the customer as far as the balance goes, the rest
 * from suspense, where it shows as a loss to be explained. Returns what could not be taken back from the customer.
 */
export async function reverseCredit(
  sql: SqlRunner,
  accounts: SystemAccounts,
  credit: LandedCredit,
): Promise<{ uncovered: bigint }> {
  const [customer] = await sql<{ id: bigint; balance: bigint }[]>`
    select a.id, a.balance from transfers t join accounts a on a.id = t.credit
    where t.idem = ${`sig:${credit.signature}`} and a.kind = 'customer' for no key update of a`;
  const covered = customer ? minimum(customer.balance, credit.amount) : 0n;
  const uncovered = credit.amount - covered;
  const parts = [
    { idem: landingIdem('orphan', credit), from: customer?.id ?? accounts.suspense, amount: covered },
    { idem: landingIdem('orphan-loss', credit), from: accounts.suspense, amount: uncovered },
  ].filter((part) => part.amount > 0n);
  await sql`
    insert into transfers (idem, kind, debit, credit, amount)
    select idem, 'orphan', account, ${accounts.treasury}::bigint, amount
    from unnest(
      ${parts.map((part) => part.idem)}::text[], ${listParameter(parts.map((part) => part.from))}::bigint[],
      ${listParameter(parts.map((part) => part.amount))}::bigint[]
    ) as parts (idem, account, amount)
    on conflict (idem) do nothing`;
  return { uncovered: customer ? uncovered : 0n };
}

/** Gives back what `reverseCredit` took, from whom it was taken, when the transaction has landed again after all. */
export async function reinstateCredit(
  sql: SqlRunner,
  accounts: SystemAccounts,
  credit: LandedCredit,
): Promise<void> {
  const last = { ...credit, landing: credit.landing - 1 };
  await sql`
    insert into transfers (idem, kind, debit, credit, amount)
    select parts.again, 'credit', ${accounts.treasury}::bigint, t.debit, t.amount
    from unnest(
      ${[landingIdem('orphan', last), landingIdem('orphan-loss', last)]}::text[],
      ${[landingIdem('sig', credit), landingIdem('sig-loss', credit)]}::text[]
    ) as parts (reversal, again) join transfers t on t.idem = parts.reversal
    on conflict (idem) do nothing`;
}

/** The first landing's idempotency ids carry no number. */
function landingIdem(prefix: string, { signature, landing }: { signature: string; landing: number }): string {
  return landing === 1 ? `${prefix}:${signature}` : `${prefix}:${signature}:${landing}`;
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
