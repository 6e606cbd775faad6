import { type AttemptId, createSigningKey, type Hello, type JobId, type NodeId } from '@watt/shared';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { adoptJobs, claimAttempts, endAttempt } from '../../src/jobs/jobs.ts';
import { loadSystemAccounts, type SystemAccounts } from '../../src/ledger/ledger.ts';
import { loadNode, markStrandedOffline, moveNode, saveNode } from '../../src/nodes/nodes.ts';
import { announceRouter, type Presence, type RouterId } from '../../src/presence/presence.ts';
import { queueJob } from '../copies/copy-steps.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { leaseJob } from '../harness/insert-job.ts';

const GONE: RouterId = 1_000_000;
let db: FreshDatabase;
let accounts: SystemAccounts;
const routers: Presence[] = [];

beforeAll(async () => {
  db = await freshDatabase();
  accounts = await loadSystemAccounts(db.database.sql);
});
afterEach(async () => {
  await Promise.all(routers.splice(0).map((router) => router.close()));
  // Nothing of one test is another's.
  await adoptAll(GONE);
});
afterAll(() => db?.drop());

async function live(): Promise<RouterId> {
  const logger = pino({ level: 'silent' });
  const presence = await announceRouter({ sql: db.database.sql, databaseUrl: db.url, logger });
  routers.push(presence);
  return presence.router;
}
const newNode = () => createSigningKey().publicKey as NodeId;
const queued = () =>
  queueJob({ sql: db.database.sql, accounts }, { body: { url: 'https://example.com/' }, price: 10n });
async function leased(router: RouterId | null, nodeId = newNode()) {
  const jobId = await queued();
  const attemptId = await leaseJob(db.database.sql, jobId, nodeId, router);
  if (!attemptId) throw new Error('it was not leased');
  return { jobId, attemptId, nodeId };
}
const adopt = async (router: RouterId) =>
  (await adoptJobs(db.database.sql, { router, before: Date.now() + 60_000 })).map(({ id }) => id);
const adoptAll = (router: RouterId) =>
  db.database.sql`update attempts set router = ${router} where state = 'leased'`;
const ownerOf = async (attemptId: AttemptId) =>
  (
    await db.database.sql<{ router: RouterId | null }[]>`select router from attempts where id = ${attemptId}`
  )[0]?.router;
const lapse = ({ jobId, attemptId }: { jobId: JobId; attemptId: AttemptId }, router: RouterId) =>
  endAttempt(db.database.sql, accounts, {
    ...{ jobId, attemptId, router, state: 'lapsed', reason: 'as the test says', failure: null },
  });

it('a router takes over leases of those that are gone, and none of those that live', async () => {
  const [me, other] = [await live(), await live()];
  const [mine, theirs, left, old] = [
    await leased(me),
    await leased(other),
    await leased(GONE),
    await leased(null),
  ];
  const waiting = await queued();
  const adopted = await adopt(me);
  expect(adopted).toEqual(expect.arrayContaining([mine.jobId, left.jobId, old.jobId, waiting]));
  expect(adopted).not.toContain(theirs.jobId);
  expect(await Promise.all([mine, theirs, left, old].map(({ attemptId }) => ownerOf(attemptId)))).toEqual([
    me,
    other,
    me,
    me,
  ]);
});

it('what a router leaves is taken over once it is closed, by one of those that ask at once', async () => {
  const [dying, one, other] = [await live(), await live(), await live()];
  const left = await Promise.all(Array.from({ length: 20 }, () => leased(dying)));
  expect(await adopt(one)).not.toContain(left[0]?.jobId);
  await routers.shift()?.close();
  const adopted = async () => (await Promise.all([adopt(one), adopt(other)])).flat();
  await expect
    .poll(async () => (await adopted()).filter((id) => left.some(({ jobId }) => jobId === id)).length)
    .toBe(20);
  const owners = await Promise.all(left.map(({ attemptId }) => ownerOf(attemptId)));
  expect(owners.every((owner) => owner === one || owner === other)).toBe(true);
});

it('a lease is ended by the router whose it is', async () => {
  const [me, other] = [await live(), await live()];
  const lease = await leased(me);
  expect(await lapse(lease, other)).toBe(false);
  expect(await lapse(lease, me)).toBe(true);
  expect(await lapse(lease, me)).toBe(false);
});

it('a node takes its own leases with it to another router, and no others', async () => {
  const { sql } = db.database;
  const [from, to] = [await live(), await live()];
  const [held, foreign, over] = [await leased(from), await leased(from), await leased(from)];
  await lapse(over, from);
  const attemptIds = [held, foreign, over].map(({ attemptId }) => attemptId);
  const [claimed, ...more] = await claimAttempts(sql, { router: to, nodeId: held.nodeId, attemptIds });
  expect(more).toEqual([]);
  expect(claimed).toMatchObject({ id: held.jobId, attempt: { id: held.attemptId, nodeId: held.nodeId } });
  expect(await Promise.all([held, foreign].map(({ attemptId }) => ownerOf(attemptId)))).toEqual([to, from]);
  expect(await lapse(held, from)).toBe(false);
  expect(await lapse(held, to)).toBe(true);
});

it('a node is offline when its router is gone, and only its router says so before', async () => {
  const { sql } = db.database;
  const [from, to] = [await live(), await live()];
  const hello = { name: 'n', class: 'pc', version: '1', wallet: null, capabilities: { scrape: null } };
  const [moved, stranded] = [newNode(), newNode()];
  const save = (node: NodeId, router: RouterId) =>
    saveNode(sql, { ...hello, node } as unknown as Hello, router);
  const stateOf = async (node: NodeId) => (await loadNode(sql, node))?.state;
  await save(moved, from);
  await save(moved, to);
  await save(stranded, GONE);
  await moveNode(sql, { nodeId: moved, to: 'offline', router: from });
  await markStrandedOffline(sql);
  expect([await stateOf(moved), await stateOf(stranded)]).toEqual(['online', 'offline']);
  await moveNode(sql, { nodeId: moved, to: 'offline', router: to });
  expect(await stateOf(moved)).toBe('offline');
});
