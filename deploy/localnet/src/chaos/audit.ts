import { getAssociatedTokenAddressSync, TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import type { Database } from '@watt/router';
import type { ChainMovement } from './chain-book.ts';
import { readChainBook } from './chain-book.ts';
import type { Purchase } from './customer.ts';
import type { World } from './world.ts';

type Sql = Database['sql'];

export interface AuditOptions {
  world: World;
  sql: Sql;
  purchases: readonly Purchase[];
}

export interface Audit {
  /** Every way in which money was lost, doubled or left hanging; empty when all is well. */
  faults: string[];
  figures: Record<string, string | number>;
}

/** Holds the chain, the ledger and what the customers were told against each other. */
export async function auditMoney({ world, sql, purchases }: AuditOptions): Promise<Audit> {
  const { connection, mint, computeWallet } = world;
  const account = getAssociatedTokenAddressSync(mint, computeWallet.publicKey, true, TOKEN_2022_PROGRAM_ID);
  const ours = { tokenAccount: account.toBase58(), mint: mint.toBase58() };
  const book = await readChainBook(connection, ours);
  const held = BigInt((await connection.getTokenAccountBalance(account, 'finalized')).value.amount);
  const treasury = await treasuryOf(sql);
  const faults = [
    ...compare('chain balance and the sum of its transactions', held, sum(book.map(({ delta }) => delta))),
    ...compare('chain and ledger', held, treasury),
    ...(await jobFaults(sql)),
    ...(await walletFaults(sql, book)),
    ...(await payoutFaults(sql, book)),
    ...(await freezeFaults(sql)),
    ...(await purchaseFaults(sql, purchases)),
  ];
  const [jobs] = await sql<{ captured: number; voided: number }[]>`
    select count(*) filter (where outcome = 'captured')::int as captured,
      count(*) filter (where outcome = 'voided')::int as voided from job_resolutions`;
  const [out] = await sql<{ paid: number; amount: string }[]>`
    select count(*)::int as paid, coalesce(sum(amount), 0)::text as amount from payouts where state = 'paid'`;
  return {
    faults,
    figures: {
      'on chain, base units': `${held}`,
      'payments on chain': book.filter(({ delta }) => delta > 0n).length,
      'jobs captured': jobs?.captured ?? 0,
      'jobs voided': jobs?.voided ?? 0,
      'payouts paid': out?.paid ?? 0,
      'paid out, base units': out?.amount ?? '0',
    },
  };
}

function compare(what: string, left: bigint, right: bigint): string[] {
  return left === right ? [] : [`${what} differ: ${left} and ${right}`];
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

async function treasuryOf(sql: Sql): Promise<bigint> {
  const [row] = await sql<{ total: string }[]>`
    select coalesce(sum(case when t.debit = a.id then t.amount else -t.amount end), 0)::text as total
    from accounts a join transfers t on a.id in (t.debit, t.credit) where a.kind = 'treasury'`;
  return BigInt(row?.total ?? 0);
}

async function jobFaults(sql: Sql): Promise<string[]> {
  const rows = await sql<{ fault: string; job: string }[]>`
    select 'captured and voided' as fault, job_id::text as job from transfers
      where kind in ('capture_revenue', 'void') group by job_id having count(distinct kind) > 1
    union all
    select 'held and neither captured nor voided', h.job_id::text from transfers h
      where h.kind = 'hold' and not exists (select 1 from job_resolutions r where r.job_id = h.job_id)
    union all
    select 'held twice', job_id::text from transfers where kind = 'hold' group by job_id having count(*) > 1
    union all
    select 'charged without a result', j.id::text from jobs j join job_resolutions r on r.job_id = j.id
      where r.outcome = 'captured' and (j.state <> 'succeeded' or j.result is null)
    union all
    select 'failed and not given back', j.id::text from jobs j
      left join job_resolutions r on r.job_id = j.id
      where j.state = 'failed' and r.outcome is distinct from 'voided'
    union all
    select 'captured for another sum than was held', h.job_id::text from transfers h
      join transfers c on c.job_id = h.job_id and c.kind like 'capture%'
      where h.kind = 'hold' group by h.job_id, h.amount having sum(c.amount) <> h.amount
    union all
    select 'never ended', id::text from jobs where state in ('queued', 'running')`;
  return rows.map(({ fault, job }) => `job ${job}: ${fault}`);
}

/** What each wallet sent is what it spent, still has, or got back; nothing else. */
async function walletFaults(sql: Sql, book: readonly ChainMovement[]): Promise<string[]> {
  const rows = await sql<{ wallet: string; has: string; spent: string; back: string; lost: string }[]>`
    select a.owner as wallet, a.balance::text as has,
      (select coalesce(sum(j.charged), 0) from jobs j join job_resolutions r on r.job_id = j.id
        where j.payer = a.owner and r.outcome = 'captured')::text as spent,
      (select coalesce(sum(p.amount), 0) from payouts p where p.source = a.id and p.state <> 'returned')::text as back,
      (select coalesce(sum(case when t.idem like 'orphan-loss%' then t.amount else -t.amount end), 0) from chain_credits c
        join transfers t on t.idem like 'orphan-loss:' || c.signature || '%' or t.idem like 'sig-loss:' || c.signature || '%'
        where c.payer = a.owner)::text as lost
    from accounts a where a.kind = 'customer'`;
  const sent = new Map<string, bigint>();
  for (const { delta, owners } of book) {
    const [payer] = [...owners].filter(([, change]) => change < 0n);
    if (delta > 0n && payer) sent.set(payer[0], (sent.get(payer[0]) ?? 0n) + delta);
  }
  const known = new Set(rows.map(({ wallet }) => wallet));
  return [
    ...[...sent]
      .filter(([wallet]) => !known.has(wallet))
      .map(([wallet]) => `wallet ${wallet} paid and has no account`),
    ...rows.flatMap(({ wallet, has, spent, back, lost }) =>
      compare(
        `what wallet ${wallet} sent, and what it spent, has and got back`,
        (sent.get(wallet) ?? 0n) + BigInt(lost),
        BigInt(has) + BigInt(spent) + BigInt(back),
      ),
    ),
  ];
}

async function payoutFaults(sql: Sql, book: readonly ChainMovement[]): Promise<string[]> {
  const out = book.filter(({ delta }) => delta < 0n);
  const attempts = await sql<{ signature: string; batch: string; total: string }[]>`
    select a.signature, a.batch_id::text as batch,
      (select coalesce(sum(p.amount), 0) from payouts p where p.batch_id = a.batch_id)::text as total
    from payout_attempts a where a.state = 'finalized'`;
  const bySignature = new Map(attempts.map((attempt) => [attempt.signature, attempt]));
  const landed = new Set(out.map(({ signature }) => signature));
  const nodes = await sql<{ node: string; earned: string; paid: string; has: string }[]>`
    select a.owner as node, a.balance::text as has,
      (select coalesce(sum(t.amount), 0) from transfers t where t.credit = a.id and t.kind = 'capture_node')::text as earned,
      (select coalesce(sum(p.amount), 0) from payouts p where p.source = a.id and p.state <> 'returned')::text as paid
    from accounts a where a.kind = 'node'`;
  const stuck = await sql<{ id: string; state: string; reason: string | null }[]>`
    select id::text, state, reason from payouts where state in ('batched', 'held')`;
  return [
    ...out
      .filter(({ signature }) => !bySignature.has(signature))
      .map(({ signature, delta }) => `${-delta} left by ${signature}, which no payout knows`),
    ...attempts
      .filter(({ signature }) => !landed.has(signature))
      .map(({ signature, batch }) => `batch ${batch} is booked by ${signature}, which is not on the chain`),
    ...out.flatMap(({ signature, delta }) => {
      const attempt = bySignature.get(signature);
      return attempt
        ? compare(`batch ${attempt.batch} on chain and in the books`, -delta, BigInt(attempt.total))
        : [];
    }),
    ...nodes.flatMap(({ node, earned, paid, has }) =>
      compare(
        `what node ${node} earned, and what it was paid and has`,
        BigInt(earned),
        BigInt(paid) + BigInt(has),
      ),
    ),
    ...stuck.map(({ id, state, reason }) => `payout ${id} hangs as ${state}${reason ? `: ${reason}` : ''}`),
  ];
}

/** Nothing went wrong that would call for a freeze: one that stands is a false alarm. */
async function freezeFaults(sql: Sql): Promise<string[]> {
  const rows = await sql<{ cause: string; detail: string }[]>`
    select cause, detail from payout_freezes where released_at is null`;
  return rows.map(({ cause, detail }) => `payouts are frozen (${cause}): ${detail}`);
}

async function purchaseFaults(sql: Sql, purchases: readonly Purchase[]): Promise<string[]> {
  const rows = await sql<{ id: string; outcome: string | null }[]>`
    select j.id::text, r.outcome from jobs j left join job_resolutions r on r.job_id = j.id
    union all
    select id::text, state from payouts where kind = 'withdrawal'`;
  const outcomes = new Map(rows.map(({ id, outcome }) => [id, outcome]));
  const expected = { delivered: 'captured', withdrawn: 'paid' };
  return purchases.flatMap(({ id, way, end, detail }) => {
    const outcome = outcomes.get(id) ?? 'unknown';
    const said = `${id} (${way})`;
    if (end === 'gave_up') return [`${said}: its customer never got a final answer: ${detail}`];
    if (end === 'refused') return outcome === 'captured' ? [`${said}: refused (${detail}) and charged`] : [];
    return outcome === expected[end] ? [] : [`${said}: ${end}, and in the books ${outcome}`];
  });
}
