import { copyKey, type JobId, type NodeId, normaliseScrape } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pruneCopies } from '../../src/copies/copies.ts';
import { findCopies } from '../../src/copies/find-copies.ts';
import { hitCharge } from '../../src/copies/hit-charge.ts';
import { type CopyHit, createJobReader, failQueuedJob, serveCopies } from '../../src/jobs/jobs.ts';
import {
  loadSystemAccounts,
  openAccounts,
  type SystemAccounts,
  trialBalance,
} from '../../src/ledger/ledger.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { leaseJob } from '../harness/insert-job.ts';
import { completeWithCopy, queueJob } from './copy-steps.ts';

const PRICE = 1000n;
const NODES = ['one node', 'another node'] as NodeId[];
const NODE = NODES[0] as NodeId;
let db: FreshDatabase;
let accounts: SystemAccounts;

beforeAll(async () => {
  db = await freshDatabase();
  accounts = await loadSystemAccounts(db.database.sql);
  await openAccounts(db.database.sql, 'node', NODES);
});
afterAll(() => db?.drop());

const rooms = () => ({ sql: db.database.sql, accounts });
const page = (name: string | number) => ({ url: `https://example.com/${name}`, options: { max_age: 60 } });
const queued = (name: string | number) => queueJob(rooms(), { body: page(name), price: PRICE });
async function source(name: string | number, nodeId = NODE): Promise<JobId> {
  const jobId = await queued(name);
  expect(await completeWithCopy(rooms(), { jobId, body: page(name), nodeId, price: PRICE })).toBe(true);
  return jobId;
}
const hit = (jobId: JobId, sourceId: JobId, maxAgeSeconds = 60): CopyHit => ({
  ...{ jobId, sourceId, maxAgeSeconds },
  ...hitCharge({ price: PRICE, nodeShare: 700n, burnShare: 1n }, 2000),
});
const serve = (...hits: CopyHit[]) => serveCopies(db.database.sql, accounts, hits);
const load = async (jobId: JobId) => createJobReader(db.database.sql).find(jobId);
const kinds = async (jobId: JobId) =>
  (
    await db.database.sql<
      { kind: string }[]
    >`select kind from transfers where job_id = ${jobId} order by kind`
  ).map(({ kind }) => kind);

it('a job that a lease, a copy and a time-out reach for at once goes to one of them', async () => {
  const { sql } = db.database;
  const sourceId = await source('race');
  const ends = new Map<string, number>();
  for (let round = 0; round < 60; round += 1) {
    const jobId = await queued('race');
    const turns = [
      async () => ((await leaseJob(sql, jobId, NODE)) ? ('leased' as const) : null),
      async () => ((await serve(hit(jobId, sourceId))).has(jobId) ? ('served' as const) : null),
      async () => ((await serve(hit(jobId, sourceId))).has(jobId) ? ('served' as const) : null),
      async () => {
        const failure = { code: 'NO_NODE_AVAILABLE' as const, message: 'as the test said' };
        return (await failQueuedJob(sql, accounts, { jobId, failure })) ? ('failed' as const) : null;
      },
    ];
    const shift = round % turns.length;
    const order = [...turns.slice(shift), ...turns.slice(0, shift)].slice(0, round % 2 === 0 ? 4 : 3);
    const won = (await Promise.all(order.map((turn) => turn()))).filter((end) => end !== null);
    expect(won).toHaveLength(1);
    const end = won[0] ?? 'leased';
    ends.set(end, (ends.get(end) ?? 0) + 1);
    const state = { leased: 'running', served: 'succeeded', failed: 'failed' }[end];
    expect(await load(jobId)).toMatchObject({ state, charged: end === 'served' ? 200n : null });
    expect(await kinds(jobId)).toEqual(
      end === 'served'
        ? ['capture_node', 'capture_revenue', 'capture_unused', 'hold']
        : end === 'failed'
          ? ['hold', 'void']
          : ['hold'],
    );
  }
  expect(ends.get('served')).toBeGreaterThan(0);
  expect(ends.get('leased')).toBeGreaterThan(0);
  expect(await trialBalance(sql)).toMatchObject({ balanced: true });
});

it('never deadlocks while copies, results and voids move the money of the same nodes', async () => {
  const { sql } = db.database;
  const sources = [await source('busy one', NODES[0]), await source('busy other', NODES[1])];
  const jobs = await Promise.all(Array.from({ length: 80 }, (_, index) => queued(`busy ${index}`)));
  const turn = async (index: number): Promise<unknown> => {
    const [one, other] = [jobs[2 * index], jobs[2 * index + 1]] as [JobId, JobId];
    const [first, second] = index % 2 === 0 ? sources : [...sources].reverse();
    if (index % 4 === 3) {
      const work = (jobId: JobId, name: number, nodeId: NodeId | undefined) =>
        completeWithCopy(rooms(), {
          jobId,
          body: page(`busy ${name}`),
          nodeId: nodeId ?? NODE,
          price: PRICE,
        });
      return Promise.all([work(one, 2 * index, NODES[0]), work(other, 2 * index + 1, NODES[1])]);
    }
    return serve(hit(other, first as JobId), hit(one, second as JobId));
  };
  await Promise.all(Array.from({ length: 40 }, (_, index) => turn(index)));
  const states = await sql`select 1 from jobs where id = any(${jobs}::uuid[]) and state <> 'succeeded'`;
  expect(states).toHaveLength(0);
  expect(await trialBalance(sql)).toMatchObject({ balanced: true });
});

it('a process that dies before the commit has served nothing, and another serves once', async () => {
  const { sql } = db.database;
  const sourceId = await source('crash');
  const jobId = await queued('crash');
  const killed = new Error('killed');
  const dying = sql.begin(async (tx) => {
    expect((await serveCopies(tx, accounts, [hit(jobId, sourceId)])).size).toBe(1);
    throw killed;
  });
  await expect(dying).rejects.toBe(killed);
  expect(await load(jobId)).toMatchObject({
    state: 'queued',
    result: null,
    copyMadeAt: null,
    hasFiles: false,
  });
  expect(await kinds(jobId)).toEqual(['hold']);
  expect((await serve(hit(jobId, sourceId))).size).toBe(1);
  expect((await serve(hit(jobId, sourceId))).size).toBe(0);
  const [made, served] = [await load(sourceId), await load(jobId)];
  expect(served).toMatchObject({
    ...{ state: 'succeeded', settlement: 'captured', charged: 200n, nodeShare: 140n, burnShare: 0n },
    ...{ result: made?.result, resultSha256: made?.resultSha256, nodeId: NODE, attemptId: null, attempts: 0 },
    ...{ statement: '{"about":"a copy"}', statementSignature: 'c', hasFiles: true },
  });
  const events = await sql`select from_state, to_state from job_events where job_id = ${jobId} order by id`;
  expect(events.at(-1)).toEqual({ from_state: 'queued', to_state: 'succeeded' });
});

it('a copy may cost the whole price, or next to nothing', async () => {
  const sourceId = await source('prices');
  for (const [bps, charged] of [
    [10_000, PRICE],
    [1, 1n],
  ] as const) {
    const jobId = await queued('prices');
    const charge = hitCharge({ price: PRICE, nodeShare: 700n, burnShare: 1n }, bps);
    expect((await serve({ jobId, sourceId, maxAgeSeconds: 60, ...charge })).size).toBe(1);
    expect(await load(jobId)).toMatchObject({ charged, settlement: 'captured' });
  }
  expect(await trialBalance(db.database.sql)).toMatchObject({ balanced: true });
});

it('a copy that became too old, or was forgotten, between finding and serving is none', async () => {
  const { sql } = db.database;
  const sourceId = await source('late');
  const jobId = await queued('late');
  const wish = { jobId, key: copyKey(normaliseScrape(page('late'))), maxAgeSeconds: 60 };
  expect(await findCopies(sql, [wish])).toEqual(new Map([[jobId, sourceId]]));
  await sql`update scrape_copies set made_at = now() - interval '61 seconds' where job_id = ${sourceId}`;
  expect((await serve(hit(jobId, sourceId))).size).toBe(0);
  expect(await findCopies(sql, [wish])).toEqual(new Map());
  await sql`update scrape_copies set made_at = now() - interval '3599 seconds' where job_id = ${sourceId}`;
  await pruneCopies(sql);
  expect((await findCopies(sql, [{ ...wish, maxAgeSeconds: 3600 }])).size).toBe(1);
  await sql`update scrape_copies set made_at = now() - interval '3601 seconds' where job_id = ${sourceId}`;
  expect(await pruneCopies(sql)).toBe(1);
  expect(await sql`select 1 from scrape_copies where job_id = ${sourceId}`).toHaveLength(0);
  expect((await serve(hit(jobId, sourceId, 3600))).size).toBe(0);
  expect(await load(sourceId)).toMatchObject({ state: 'succeeded' });
});

it('the database lets no job be charged without a run but as a copy, and no copy be had by a run', async () => {
  const { sql } = db.database;
  const jobId = await queued('rules');
  await expect(
    sql`update jobs set state = 'succeeded', finished_at = now(), charged = price where id = ${jobId}`,
  ).rejects.toThrow(/served from a copy, or by a node/);
  await expect(sql`update jobs set copy_made_at = now() where id = ${jobId}`).rejects.toThrow(
    /served from a copy/,
  );
  const sourceId = await source('rules');
  await expect(sql`update jobs set copy_made_at = now() where id = ${sourceId}`).rejects.toThrow(
    /served from a copy/,
  );
  expect((await serve(hit(jobId, sourceId))).size).toBe(1);
  await expect(sql`update jobs set copy_made_at = null where id = ${jobId}`).rejects.toThrow(
    /served from a copy/,
  );
});
