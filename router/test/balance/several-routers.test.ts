import { randomUUID } from 'node:crypto';
import { base, createJobId, type JobId, splitPrice } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { failQueuedJob, type NewJob } from '../../src/jobs/jobs.ts';
import { loadSystemAccounts, type SystemAccounts, trialBalance } from '../../src/ledger/ledger.ts';
import { admitJobs } from '../../src/payments/admit.ts';
import { deposit } from '../harness/deposit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';

const PRICE = 100n;
const WALLETS = ['one wallet', 'another wallet'];
let db: FreshDatabase;
let accounts: SystemAccounts;

beforeAll(async () => {
  db = await freshDatabase();
  accounts = await loadSystemAccounts(db.database.sql);
});
afterAll(() => db?.drop());

const newJob = (): NewJob => ({
  id: createJobId(),
  service: 'execute',
  request: '{}',
  requestSha256: randomUUID(),
  commitment: randomUUID(),
  price: PRICE,
  split: splitPrice(base(PRICE), { nodeBps: 7000, burnBps: 15 }),
  expiresAt: Date.now() + 60_000,
});

async function makeKey(wallet: string, budgetPerDay: bigint): Promise<string> {
  const id = randomUUID();
  await db.database.sql`
    insert into api_keys (id, wallet, name, secret_sha256, scopes, budget_per_day)
    values (${id}, ${wallet}, 'test', '', '{spend}', ${budgetPerDay.toString()}::bigint)`;
  return id;
}

it('keeps balances and budgets exact when routers spend and void at the same time', async () => {
  const { sql } = db.database;
  for (const wallet of WALLETS) await deposit(sql, { wallet, amount: PRICE * 40n });
  const keys = await Promise.all(WALLETS.map((wallet) => makeKey(wallet, PRICE * 15n)));
  const paid: JobId[] = [];
  let voided = 0;

  // Each turn is a router's own transaction, as big and as mixed as a batch; some void what others have just paid.
  const turn = async (seed: number): Promise<void> => {
    const requests = Array.from({ length: 4 }, (_, i) => {
      const which = (seed + i) % 2;
      return { job: newJob(), spender: { wallet: WALLETS[which] ?? '', keyId: keys[which] ?? null } };
    });
    const admitted = await admitJobs(sql, accounts, requests, { isSignedOnly: false });
    const mine = requests.flatMap(({ job }, i) => (admitted[i]?.outcome?.funded ? [job.id] : []));
    paid.push(...mine);
    const [first] = mine;
    if (first === undefined || seed % 3 !== 0) return;
    const failure = { code: 'NODE_FAILED' as const, message: 'as the test said' };
    if (await failQueuedJob(sql, accounts, { jobId: first, failure })) voided += 1;
  };
  await Promise.all(Array.from({ length: 24 }, (_, seed) => turn(seed)));

  const [sums] = await sql<{ spent: bigint; authorised: bigint; held: bigint }[]>`
    select (select sum(spent) from api_key_days)::bigint as spent, (select count(*) from job_authorities) as authorised,
      (select sum(price) from jobs where state = 'queued')::bigint as held`;
  expect(voided).toBeGreaterThan(0);
  expect(sums).toEqual({
    spent: PRICE * BigInt(paid.length - voided),
    held: PRICE * BigInt(paid.length - voided),
    authorised: BigInt(paid.length),
  });
  const days = await sql<{ spent: bigint }[]>`select spent from api_key_days`;
  expect(days.every(({ spent }) => spent <= PRICE * 15n)).toBe(true);
  expect(await trialBalance(sql)).toMatchObject({ balanced: true, held: sums?.held });
});
