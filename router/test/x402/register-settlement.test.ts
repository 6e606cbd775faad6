import { randomUUID } from 'node:crypto';
import { base, createJobId, type JobId } from '@watt/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  expireUnpaidBatches,
  loadBatch,
  lockUnpaidBatch,
  type NewBatch,
  registerBatch,
} from '../../src/batches/batch-record.ts';
import { type NewSettlement, registerSettlement } from '../../src/x402/register-settlement.ts';
import {
  endSettlement,
  findSettlement,
  openSettlements,
  settleFinalized,
} from '../../src/x402/settlement-store.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { insertJob } from '../harness/insert-job.ts';

const LIMITS = { maxPending: 1000, maxPendingPerPayer: 100, maxFeeLamportsPerHour: 1_000_000n };

let db: FreshDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(() => db.drop());

const sql = () => db.database.sql;
const newJob = () => insertJob(sql(), { price: 5n });
const payment = (jobId: JobId, more: Partial<NewSettlement> = {}): NewSettlement => ({
  signature: randomUUID(),
  jobId,
  payer: 'payer',
  amount: 5n,
  raw: new Uint8Array([1, 2, 3]),
  feeLamports: 10_000n,
  lastValidHeight: 100n,
  ...more,
});
const newBatch = (id: JobId, expiresAt = Date.now() + 60_000): NewBatch => ({
  id,
  requests: '[]',
  requestSha256: 'a'.repeat(64),
  commitment: `w1:${id}`,
  jobIds: [createJobId()],
  prices: [base(5n)],
  listPrices: [base(5n)],
  discountBps: 0,
  price: base(5n),
  expiresAt,
});
const register = (settlement: NewSettlement, limits: Partial<typeof LIMITS> = {}) =>
  registerSettlement(sql(), settlement, { ...LIMITS, ...limits });
const credit = (signature: string, status = 'confirmed') => sql()`
  insert into chain_credits (signature, slot, amount, payer, payer_signed, status)
  values (${signature}, 1, 5, 'payer', true, ${status})`;

describe('registerSettlement', () => {
  it('stores one of many payments of a job that come at once, and lets the others join it', async () => {
    const jobId = await newJob();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => register(payment(jobId))));
    expect(outcomes.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'joined')).toHaveLength(19);
    expect(await openSettlements(sql(), 10)).toHaveLength(1);
  });

  it('stores one for a batch that is paid at once, and none for what is not there', async () => {
    const batchId = createJobId();
    await registerBatch(sql(), newBatch(batchId));
    expect(await register(payment(batchId))).toEqual({ outcome: 'stored' });
    expect(await register(payment(batchId))).toEqual({ outcome: 'joined' });
    expect(await register(payment(createJobId()))).toEqual({ outcome: 'not_waiting' });
    const row = payment(createJobId());
    const forced = sql()`
      insert into x402_settlements (signature, job_id, payer, amount, raw, fee_lamports, last_valid_height, state)
      values (${row.signature}, ${row.jobId}, 'payer', 5, '\\x00', 1, 1, 'signed')`;
    await expect(forced).rejects.toThrow(/is for nothing that is sold/);
  });

  it('keeps a batch whose payment is on its way beyond its time', async () => {
    const [paying, forgotten] = [createJobId(), createJobId()];
    for (const id of [paying, forgotten]) await registerBatch(sql(), newBatch(id, Date.now() - 1000));
    await register(payment(paying));
    await expireUnpaidBatches(sql());
    expect(await loadBatch(sql(), paying)).toMatchObject({ state: 'awaiting_payment' });
    expect(await loadBatch(sql(), forgotten)).toMatchObject({ state: 'expired' });
    await sql().begin(async (tx) => expect(await lockUnpaidBatch(tx, paying)).not.toBeNull());
  });

  it('does not store for a job that does not wait for a payment', async () => {
    const jobId = await newJob();
    await sql()`update jobs set state = 'expired', finished_at = now() where id = ${jobId}`;
    expect(await register(payment(jobId))).toEqual({ outcome: 'not_waiting' });
  });

  it('takes another payment after one that had no effect, but never the same again', async () => {
    const jobId = await newJob();
    const first = payment(jobId);
    await register(first);
    await endSettlement(sql(), { signature: first.signature, state: 'expired', error: 'x' });
    expect(await register(first)).toEqual({ outcome: 'used' });
    expect(await register(payment(jobId))).toEqual({ outcome: 'stored' });
  });

  it('keeps the limits of all payers, of one payer and of the fees of an hour, also for those who come at once', async () => {
    const jobs = await Promise.all(Array.from({ length: 8 }, newJob));
    const stored = (outcomes: { outcome: string }[]) =>
      outcomes.filter(({ outcome }) => outcome === 'stored').length;
    const [first, ...rest] = jobs;
    if (!first) throw new Error('no job');
    await register(payment(first, { payer: 'other' }));
    const ofPayer = await Promise.all(
      rest.slice(0, 4).map((id) => register(payment(id), { maxPendingPerPayer: 2 })),
    );
    expect(stored(ofPayer)).toBe(2);
    const ofAll = await Promise.all(rest.slice(4).map((id) => register(payment(id), { maxPending: 4 })));
    expect(stored(ofAll)).toBe(1);
    const broke = await register(payment(await newJob()), { maxFeeLamportsPerHour: 49_999n });
    expect(broke).toEqual({ outcome: 'busy', reason: 'the fees of this hour are spent' });
    expect(await register(payment(await newJob()), { maxFeeLamportsPerHour: 50_000n })).toEqual({
      outcome: 'stored',
    });
  });
});

describe('a settlement', () => {
  it('is settled only with a finalized credit on record', async () => {
    const settlement = payment(await newJob());
    const { signature, jobId } = settlement;
    await register(settlement);
    await settleFinalized(sql(), [signature]);
    expect(await findSettlement(sql(), jobId)).toMatchObject({ state: 'signed', isCredited: false });
    const forced = sql()`
      update x402_settlements set state = 'settled', finished_at = now() where signature = ${signature}`;
    await expect(forced).rejects.toThrow(/has brought nothing yet/);
    await credit(signature);
    await settleFinalized(sql(), [signature]);
    expect(await findSettlement(sql(), jobId)).toMatchObject({ state: 'signed', isCredited: true });
    await sql()`update chain_credits set status = 'finalized' where signature = ${signature}`;
    await settleFinalized(sql(), [signature]);
    expect(await findSettlement(sql(), jobId)).toMatchObject({ state: 'settled', isCredited: true });
  });

  it('does not end without effect while what it brought is on record', async () => {
    const settlement = payment(await newJob());
    await register(settlement);
    await credit(settlement.signature);
    await endSettlement(sql(), { signature: settlement.signature, state: 'expired', error: 'x' });
    expect(await findSettlement(sql(), settlement.jobId)).toMatchObject({ state: 'signed' });
  });

  it('is never rewritten or removed', async () => {
    await register(payment(await newJob()));
    for (const column of ['signature', 'payer', 'amount', 'raw', 'fee_lamports', 'last_valid_height']) {
      const value = { signature: `'other'`, payer: `'other'`, raw: `'\\x00'` }[column] ?? '7';
      const rewrite = sql().unsafe(`update x402_settlements set ${column} = ${value}`);
      await expect(rewrite).rejects.toThrow(/cannot be rewritten/);
    }
    await expect(sql()`delete from x402_settlements`).rejects.toThrow();
  });
});
