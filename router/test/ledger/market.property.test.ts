import { AppError } from '@watt/shared';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { trialBalance } from '../../src/ledger/ledger.ts';
import { Killed, mortalSql } from '../harness/mortal-sql.ts';
import { openWorld, type SettlementWorld } from '../settlement/settlement-world.ts';
import { type MarketLife, PRICE, STEPS, startLife } from './market-life.ts';

const BUDGET = 6n * PRICE;
const RICH = 1000n * PRICE;
/** More than any step has. */
const STATEMENTS = 40;
const ROUNDS_TO_PAY = 60;

let world: SettlementWorld;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world?.close());

/** A step, and at which of its statements its process dies; null when it lives. */
const act = fc.record({
  step: fc.constantFrom(...STEPS),
  death: fc.option(fc.nat(STATEMENTS), { freq: 4 }),
});

it('loses and doubles nothing while jobs, copies, batches, sessions, withdrawals and payouts cross each other and die at any statement', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { maxLength: 16 }),
      async (rounds) => {
        const life = await startLife(world, { budget: BUDGET });
        for (const round of rounds) {
          await Promise.all(round.map(({ step, death }) => play(life, step, death)));
          await checkBooks(life);
        }
        await windUp(life);
      },
    ),
    // The world goes on from run to run, so a smaller example would be another story.
    { numRuns: 25, endOnFailure: true },
  );
});

// One thing after another, so that each step has something to do; whoever dies is followed by another process, which dies a statement later.
it('goes on after a death at every statement of every step', async () => {
  const story = [
    ...[
      'deposit',
      'pay for a job',
      'deposit',
      'finalize',
      'fund',
      'buy by key',
      'buy a session',
      'buy a batch',
    ],
    ...[
      'lease',
      'ready',
      'close',
      'complete',
      'buy',
      'serve a copy',
      'withdraw',
      'pay out',
      'deposit',
      'orphan',
    ],
    ...[
      'land again',
      'finalize',
      'buy',
      'lease',
      'lapse',
      'lease',
      'complete for less',
      'buy',
      'lease',
      'fail',
    ],
    ...[
      'buy a batch',
      'give up',
      'withdraw all',
      'return a payout',
      'pay out',
      'pay out',
      'pay out',
      'revoke',
    ],
  ] as const;
  const life = await startLife(world, { budget: RICH });
  let deaths = 0;
  for (const step of story) {
    for (let death = 0; await play(life, step, death); death += 1) {
      deaths += 1;
      await checkBooks(life).catch((cause: unknown) => {
        throw new Error(`${step} that died at statement ${death}`, { cause });
      });
    }
  }
  expect(deaths).toBeGreaterThan(100);
  await checkBooks(life);
  await windUp(life);
});

function play(life: MarketLife, step: (typeof STEPS)[number], death: number | null): Promise<boolean> {
  let statement = 0;
  return attempt(life.steps[step](mortalSql(world.parts.sql, () => statement++ === death)));
}

/** True when the process died. What an agent would be told is no fault; everything else is. */
async function attempt(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    if (error instanceof AppError) return false;
    throw error;
  }
}

async function checkBooks({ wallet, keyId, node }: MarketLife): Promise<void> {
  const { sql } = world.parts;
  const books = await trialBalance(sql);
  expect(books.balanced).toBe(true);
  const wrong = await sql<{ what: string; id: string }[]>`
    with moved as (
      select job_id, coalesce(sum(amount) filter (where kind = 'hold'), 0) as held,
        coalesce(sum(amount) filter (where kind like 'capture%'), 0) as captured,
        coalesce(sum(amount) filter (where kind = 'capture_unused'), 0) as unused,
        coalesce(sum(amount) filter (where kind = 'void'), 0) as voided
      from transfers where job_id is not null group by job_id
    )
    select j.state as what, j.id::text from jobs j left join moved m on m.job_id = j.id
    where coalesce(m.held, 0) <> case when j.state in ('awaiting_payment', 'expired') then 0 else j.price end
      or coalesce(m.captured, 0) <> case when j.state = 'succeeded' then j.price else 0 end
      or coalesce(m.voided, 0) <> case when j.state = 'failed' then j.price else 0 end
      or (j.state = 'succeeded' and m.unused <> j.price - j.charged)
    union all
    select 'batch in part', b.id::text from scrape_batches b
    where (select count(*) from jobs j where j.id = any(b.job_ids)) <> case b.state when 'funded' then cardinality(b.job_ids) else 0 end`;
  expect(wrong).toEqual([]);
  const [sums] = await sql<
    Record<'spent' | 'budget' | 'granted' | 'withdrawn' | 'final' | 'earned' | 'got' | 'open', bigint>[]
  >`
    select coalesce((select sum(spent) from api_key_days where key_id = ${keyId}), 0)::bigint as spent,
      (select budget_per_day from api_keys where id = ${keyId}) as budget,
      coalesce((select sum(coalesce(j.charged, j.price)) from job_authorities g join jobs j on j.id = g.job_id
        where g.key_id = ${keyId} and j.state <> 'failed'), 0)::bigint as granted,
      coalesce((select sum(amount) from payouts where wallet = ${wallet} and state <> 'returned'), 0)::bigint as withdrawn,
      coalesce((select sum(amount) from chain_credits where payer = ${wallet} and status = 'finalized'), 0)::bigint as final,
      coalesce((select sum(node_share) from jobs where node_id = ${node} and state = 'succeeded'), 0)::bigint as earned,
      coalesce((select sum(p.amount) from payouts p join accounts a on a.id = p.source where a.owner = ${node}
        and p.state <> 'returned'), 0)::bigint + (select balance from accounts where owner = ${node})::bigint as got,
      coalesce((select sum(amount) from payouts where state not in ('paid', 'returned')), 0)::bigint as open`;
  expect(sums).toMatchObject({ spent: sums?.granted, got: sums?.earned, open: books.payoutInflight });
  expect((sums?.spent ?? 0n) <= (sums?.budget ?? 0n)).toBe(true);
  expect((sums?.withdrawn ?? 0n) <= (sums?.final ?? 0n)).toBe(true);
}

/** All that is open comes to its end, and the chain holds what the ledger says. */
async function windUp(life: MarketLife): Promise<void> {
  const { sql } = world.parts;
  await life.landAll();
  for (const step of ['fail', 'give up'] as const) await life.steps[step](sql);
  const isOver = async () =>
    (await world.payouts()).every(({ state }) => ['paid', 'returned'].includes(state));
  for (let rounds = 0; rounds < ROUNDS_TO_PAY && !(await isOver()); rounds += 1) {
    world.chain.advance(20);
    await life.steps['pay out'](sql);
  }
  await world.assertSettled();
  expect(await trialBalance(sql)).toMatchObject({ held: 0n, payoutInflight: 0n });
}
