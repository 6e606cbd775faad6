import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  creditPayments,
  loadSystemAccounts,
  openAccounts,
  reverseCredit,
  type SystemAccounts,
  trialBalance,
  voidHolds,
} from '../../src/ledger/ledger.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { insertJob } from '../harness/insert-job.ts';
import { captureOne, holdOne } from '../harness/ledger-steps.ts';

let db: FreshDatabase;
let accounts: SystemAccounts;
const newWallet = (): string => `wallet-${randomUUID()}`;

beforeAll(async () => {
  db = await freshDatabase();
  accounts = await loadSystemAccounts(db.database.sql);
  await openAccounts(db.database.sql, 'node', ['node', 'node-b']);
});
afterAll(() => db.drop());

async function credited(amount: bigint): Promise<string> {
  const payer = newWallet();
  await creditPayments(db.database.sql, accounts, [{ signature: randomUUID(), amount, payer }]);
  return payer;
}

async function balanceOf(wallet: string): Promise<bigint> {
  const [row] = await db.database.sql<
    { balance: bigint }[]
  >`select balance from accounts where owner = ${wallet}`;
  return row?.balance ?? -1n;
}

const hold = async (wallet: string, amount: bigint): Promise<string | null> => {
  const jobId = await insertJob(db.database.sql, { price: amount });
  const isHeld = await holdOne(db.database.sql, accounts, { jobId, wallet, amount });
  return isHeld ? jobId : null;
};

describe('the ledger', () => {
  it('credits a signature once, however often it is recorded', async () => {
    const { sql } = db.database;
    const credit = { signature: randomUUID(), amount: 5n, payer: newWallet() };
    await Promise.all(Array.from({ length: 20 }, () => creditPayments(sql, accounts, [credit])));
    expect(await balanceOf(credit.payer)).toBe(5n);
  });

  it('lets 100 concurrent holds of 1 take exactly the 10 that there are', async () => {
    const wallet = await credited(10n);
    const holds = await Promise.all(Array.from({ length: 100 }, () => hold(wallet, 1n)));
    expect(holds.filter(Boolean)).toHaveLength(10);
    expect(await balanceOf(wallet)).toBe(0n);
  });

  it('resolves a hold once when capture and void race', async () => {
    const { sql } = db.database;
    const wallet = await credited(1000n);
    const jobId = (await hold(wallet, 1000n)) ?? '';
    const capture = { jobId, nodeId: 'node', nodeShare: 700n, burnShare: 1n };
    const races = Array.from({ length: 40 }, async (_, i) => {
      if (i % 2 === 0) return (await voidHolds(sql, accounts, [jobId])).has(jobId);
      return captureOne(sql, accounts, capture).then(
        () => true,
        (error: { code?: string }) => {
          expect(error.code).toBe('23505');
          return false;
        },
      );
    });
    const resolved = (await Promise.all(races)).filter(Boolean);
    expect(resolved).toHaveLength(1);
    expect((await trialBalance(sql)).balanced).toBe(true);
  });

  it('splits a capture without losing a unit, and voids the whole hold', async () => {
    const { sql } = db.database;
    const wallet = await credited(2001n);
    const first = (await hold(wallet, 1001n)) ?? '';
    const second = (await hold(wallet, 1000n)) ?? '';
    const before = await trialBalance(sql);
    await captureOne(sql, accounts, { jobId: first, nodeId: 'node-b', nodeShare: 700n, burnShare: 1n });
    await voidHolds(sql, accounts, [second]);
    const after = await trialBalance(sql);
    expect(after.nodes - before.nodes).toBe(700n);
    expect(after.burn - before.burn).toBe(1n);
    expect(after.revenue - before.revenue).toBe(300n);
    expect(await balanceOf(wallet)).toBe(1000n);
    expect(after.balanced).toBe(true);
  });

  it('gives back what is not charged, and never charges more than was held', async () => {
    const { sql } = db.database;
    const wallet = await credited(1000n);
    const jobId = (await hold(wallet, 1000n)) ?? '';
    const shares = { jobId, nodeId: 'node-b', nodeShare: 140n, burnShare: 0n };
    for (const unused of [1001n, -1n])
      await expect(captureOne(sql, accounts, { ...shares, unused })).rejects.toMatchObject({ code: '23514' });
    const before = await trialBalance(sql);
    await captureOne(sql, accounts, { ...shares, unused: 800n });
    const after = await trialBalance(sql);
    expect([after.nodes - before.nodes, after.revenue - before.revenue]).toEqual([140n, 60n]);
    expect(before.held - after.held).toBe(1000n);
    expect(await balanceOf(wallet)).toBe(800n);
    expect(after.balanced).toBe(true);
  });

  it('fails a capture for a node without an account, and leaves the hold as it was', async () => {
    const { sql } = db.database;
    const jobId = (await hold(await credited(1000n), 1000n)) ?? '';
    const capture = { jobId, nodeId: 'never seen', nodeShare: 700n, burnShare: 1n };
    await expect(captureOne(sql, accounts, capture)).rejects.toMatchObject({ code: '23502' });
    expect(await voidHolds(sql, accounts, [jobId])).toEqual(new Set([jobId]));
  });

  it('takes an orphaned credit back as far as the balance goes and shows the rest as a loss', async () => {
    const { sql } = db.database;
    const credit = { signature: randomUUID(), amount: 100n, payer: newWallet() };
    await creditPayments(sql, accounts, [credit]);
    await hold(credit.payer, 70n);
    const { uncovered } = await sql.begin((tx) => reverseCredit(tx, accounts, { ...credit, landing: 1 }));
    expect(uncovered).toBe(70n);
    expect(await balanceOf(credit.payer)).toBe(0n);
    expect((await trialBalance(sql)).balanced).toBe(true);
  });

  it.each([
    ['update a transfer', 'update transfers set amount = amount + 1'],
    ['delete a transfer', 'delete from transfers'],
    ['truncate the transfers', 'truncate transfers cascade'],
    ['change a resolution', `update job_resolutions set outcome = 'voided'`],
    ['set a balance', 'update accounts set balance = 1000000 where balance is not null'],
    [
      'open an account with money',
      `insert into accounts (kind, owner, balance) values ('customer', 'thief', 5)`,
    ],
    ['delete an account', 'delete from accounts'],
    [
      'move an amount of zero',
      `insert into transfers (idem, kind, debit, credit, amount) select 'x', 'credit', min(id), max(id), 0 from accounts`,
    ],
    [
      'capture without a resolution',
      `insert into transfers (idem, kind, debit, credit, amount, job_id, resolution)
       select 'capture_node:' || job, 'capture_node', min(id), max(id), 1, job, 'captured'
       from accounts, gen_random_uuid() as job where balance is null group by job`,
    ],
    [
      'hold for a job under an id of its own',
      `insert into transfers (idem, kind, debit, credit, amount, job_id)
       select 'again', 'hold', min(id), max(id), 1, gen_random_uuid() from accounts where balance is null`,
    ],
    ['open a second treasury', `insert into accounts (kind, owner) values ('treasury', 'mine')`],
    [
      'queue a job whose price is not held',
      `update jobs set state = 'queued', payer = 'nobody' where state = 'awaiting_payment'`,
    ],
    [
      'begin a job as if it were paid',
      `insert into jobs (id, service, state, request, request_sha256, commitment, price, node_share, burn_share, payer, expires_at)
       values (gen_random_uuid(), 'scrape', 'queued', '{}', '', '', 1, 0, 0, 'nobody', now())`,
    ],
    ['forget a job', 'delete from jobs'],
    ['change the body that was agreed', `update jobs set request = '{"url":"elsewhere"}'`],
    [
      'move customers’ money under the name of a loss',
      `insert into transfers (idem, kind, debit, credit, amount)
       select 'explain:x', 'explain', c.id, t.id, 1 from accounts c, accounts t
       where c.kind = 'customer' and c.balance > 0 and t.kind = 'treasury' limit 1`,
    ],
    [
      'give back more of a hold than there was',
      `insert into transfers (idem, kind, debit, credit, amount, job_id, resolution)
       select 'capture_unused:' || h.job_id, 'capture_unused', h.credit, h.debit, h.amount, h.job_id, 'captured'
       from transfers h join job_resolutions r on r.job_id = h.job_id and r.outcome = 'captured'
       where h.kind = 'hold' and not exists (select from transfers where idem = 'capture_unused:' || h.job_id) limit 1`,
    ],
    [
      'void a part of a hold',
      `with hold as (select * from transfers h where kind = 'hold' and amount > 1 and not exists (
         select from job_resolutions r where r.job_id = h.job_id) limit 1
       ), resolved as (insert into job_resolutions (job_id, outcome) select job_id, 'voided' from hold)
       insert into transfers (idem, kind, debit, credit, amount, job_id, resolution)
       select 'void:' || job_id, 'void', credit, debit, amount - 1, job_id, 'voided' from hold`,
    ],
    [
      'void a hold for somebody else',
      `with hold as (select * from transfers h where kind = 'hold' and not exists (
         select from job_resolutions r where r.job_id = h.job_id) limit 1
       ), resolved as (insert into job_resolutions (job_id, outcome) select job_id, 'voided' from hold)
       insert into transfers (idem, kind, debit, credit, amount, job_id, resolution)
       select 'void:' || job_id, 'void', credit, (select min(id) from accounts where kind = 'customer' and id <> debit), amount, job_id, 'voided'
       from hold`,
    ],
    ['change a price that was agreed', 'update jobs set price = price + 1'],
    [
      'take more than a customer has',
      `insert into transfers (idem, kind, debit, credit, amount)
       select 'z', 'orphan', c.id, t.id, c.balance + 1 from accounts c, accounts t
       where c.kind = 'customer' and t.kind = 'treasury' limit 1`,
    ],
  ])('refuses to %s', async (_, statement) => {
    const { sql } = db.database;
    // Something of each kind that a statement may look for.
    await hold(await credited(500n), 100n);
    await captureOne(sql, accounts, {
      ...{
        jobId: (await hold(await credited(10n), 10n)) ?? '',
        nodeId: 'node',
        nodeShare: 7n,
        burnShare: 0n,
      },
    });
    await expect(sql.unsafe(statement)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
  });

  it('lets a job end only as its books say', async () => {
    const { sql } = db.database;
    const jobId = (await hold(await credited(1000n), 1000n)) ?? '';
    await sql`update jobs set state = 'queued', payer = 'p' where id = ${jobId}`;
    const end = (state: string, charged: bigint | null) =>
      sql`update jobs set state = ${state}, finished_at = now(), charged = ${charged}, payer = 'p' where id = ${jobId}`;
    await expect(end('failed', null)).rejects.toThrow(/do not say that it has failed/);
    await sql`update jobs set state = 'running' where id = ${jobId}`;
    await expect(end('succeeded', 1000n)).rejects.toThrow(/do not say that it has succeeded/);
    // Other shares than the job names.
    await captureOne(sql, accounts, { jobId, nodeId: 'node', nodeShare: 1n, burnShare: 1n });
    await expect(end('succeeded', 1000n)).rejects.toThrow(/do not say that it has succeeded/);
  });
});
