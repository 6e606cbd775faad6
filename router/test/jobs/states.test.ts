import { randomUUID } from 'node:crypto';
import { canMove, type TransitionTable } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCRAPE_BATCH_TRANSITIONS } from '../../src/batches/states.ts';
import { ATTEMPT_TRANSITIONS, JOB_TRANSITIONS } from '../../src/jobs/states.ts';
import {
  bookPaid,
  loadSystemAccounts,
  openAccounts,
  reservePayouts,
  returnPayouts,
  voidHolds,
} from '../../src/ledger/ledger.ts';
import { NODE_TRANSITIONS } from '../../src/nodes/nodes.ts';
import {
  BATCH_TRANSITIONS,
  PAYOUT_ATTEMPT_TRANSITIONS,
  PAYOUT_TRANSITIONS,
} from '../../src/settlement/states.ts';
import { SETTLEMENT_TRANSITIONS } from '../../src/x402/states.ts';
import { deposit } from '../harness/deposit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { captureOne, holdOne } from '../harness/ledger-steps.ts';

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase();
  await openAccounts(db.database.sql, 'node', ['n']);
});
afterAll(() => db.drop());

const jobId = randomUUID();
/** Puts one row into a state past all rules but those of the state itself, for an update to be tried on it. */
const rows: Record<
  string,
  {
    table: TransitionTable<string>;
    insert: (state: string) => string;
    end: string;
    key?: string;
    before?: (id: string, to: string) => Promise<void>;
  }
> = {
  jobs: {
    table: JOB_TRANSITIONS,
    insert: (
      state,
    ) => `insert into jobs (id, service, state, request, request_sha256, commitment, price, node_share, burn_share,
      payer, expires_at, finished_at, charged) values ('${randomUUID()}', 'scrape', '${state}', '{}', '', '', 1, 0, 0, 'p', now(),
      case when '${state}' in ('succeeded','failed','expired') then now() end, case when '${state}' = 'succeeded' then 1 end) returning id`,
    end: `finished_at = case when $1 in ('succeeded','failed','expired') then now() end, charged = coalesce(charged, case when $1 = 'succeeded' then 1 end),
      copy_made_at = case when state = 'queued' and $1 = 'succeeded' then now() end`,
    // Money moves as the state asks.
    before: async (id, to) => {
      const { sql } = db.database;
      const accounts = await loadSystemAccounts(sql);
      if (['queued', 'succeeded', 'failed'].includes(to)) await holdOf(id);
      if (to === 'failed') await voidHolds(sql, accounts, [id]);
      if (to === 'succeeded')
        await captureOne(sql, accounts, { jobId: id, nodeId: 'n', nodeShare: 0n, burnShare: 0n });
    },
  },
  attempts: {
    table: ATTEMPT_TRANSITIONS,
    insert: (
      state,
    ) => `insert into attempts (id, job_id, node_id, state, deadline, finished_at) values ('${randomUUID()}',
      '${jobId}', 'n', '${state}', now(), case when '${state}' <> 'leased' then now() end) returning id`,
    end: `finished_at = case when $1 <> 'leased' then now() end`,
  },
  nodes: {
    table: NODE_TRANSITIONS,
    insert: (state) => `insert into nodes (id, name, class, version, capabilities, state)
      values ('${randomUUID()}', 'n', 'pi', '0', '{}', '${state}') returning id`,
    end: `last_seen_at = now()`,
  },
  scrape_batches: {
    table: SCRAPE_BATCH_TRANSITIONS,
    insert: (
      state,
    ) => `insert into scrape_batches (id, state, requests, request_sha256, commitment, job_ids, prices, list_prices, price, expires_at,
      payer, funded_at) values ('${randomUUID()}', '${state}', '[]', '', '', array['${randomUUID()}'::uuid], '{1}', '{1}', 1, now(),
      case when '${state}' = 'funded' then 'p' end, case when '${state}' = 'funded' then now() end) returning id`,
    end: `payer = case when $1 = 'funded' then 'p' end, funded_at = case when $1 = 'funded' then now() end`,
    before: async (id, to) => {
      if (to !== 'funded') return;
      const [batch] = await db.database.sql<
        { job: string }[]
      >`select job_ids[1] as job from scrape_batches where id = ${id}`;
      await holdOf(batch?.job ?? '');
    },
  },
  payout_batches: {
    table: BATCH_TRANSITIONS,
    insert: (
      state,
    ) => `insert into payout_batches (id, state, finished_at) values ('${randomUUID()}', '${state}',
      case when '${state}' <> 'open' then now() end) returning id`,
    end: `finished_at = now()`,
    before: async (id, to) => {
      if (to === 'done') await finalizedAttempt(id);
    },
  },
  payout_attempts: {
    table: PAYOUT_ATTEMPT_TRANSITIONS,
    insert: (
      state,
    ) => `with batch as (insert into payout_batches (id, state) values ('${randomUUID()}', 'open') returning id)
      insert into payout_attempts (signature, batch_id, raw, last_valid_height, fee_lamports, state, finished_at)
      select '${randomUUID()}', id, '', 0, 0, '${state}', case when '${state}' <> 'live' then now() end from batch
      returning signature as id`,
    key: 'signature',
    end: `finished_at = case when $1 <> 'live' then now() end`,
  },
  x402_settlements: {
    table: SETTLEMENT_TRANSITIONS,
    insert: (
      state,
    ) => `with job as (insert into jobs (id, service, state, request, request_sha256, commitment, price, node_share,
        burn_share, expires_at) values ('${randomUUID()}', 'scrape', 'awaiting_payment', '{}', '', '', 1, 0, 0, now()) returning id)
      insert into x402_settlements (signature, job_id, payer, amount, raw, fee_lamports, last_valid_height, state, finished_at)
      select '${randomUUID()}', id, 'p', 1, '', 1, 0, '${state}', case when '${state}' <> 'signed' then now() end from job
      returning signature as id`,
    key: 'signature',
    end: `finished_at = case when $1 <> 'signed' then now() end`,
    before: async (id, to) => {
      if (to !== 'settled') return;
      await db.database.sql`
        insert into chain_credits (signature, slot, amount, payer_signed, status) values (${id}, 1, 1, true, 'finalized')`;
    },
  },
  payouts: {
    table: PAYOUT_TRANSITIONS,
    // Its money rules have tests of their own (router/test/ledger/payout.test.ts): here the money moves as the state asks.
    insert: (
      state,
    ) => `with batch as (insert into payout_batches (id, state) values ('${randomUUID()}', 'open') returning id),
      source as (select id from accounts where kind = 'burn')
      insert into payouts (id, idem, kind, source, wallet, amount, state, reason, batch_id, finished_at)
      select '${randomUUID()}', '${randomUUID()}', 'refund', source.id, 'w', 1, '${state}',
        case when '${state}' = 'held' then 'r' end,
        case when '${state}' in ('batched','paid') then batch.id end,
        case when '${state}' in ('paid','returned') then now() end from source, batch returning id`,
    end: `finished_at = case when $1 in ('paid','returned') then now() end, reason = case when $1 = 'held' then 'r' end,
      batch_id = case when $1 in ('batched','paid') then coalesce(batch_id, (
        select id from payout_batches b where not exists (select from payout_attempts a where a.batch_id = b.id) limit 1)) end`,
    before: async (id, to) => {
      const { sql } = db.database;
      const system = await loadSystemAccounts(sql);
      await reservePayouts(sql, system, [{ payoutId: id, source: system.burn, amount: 1n }]);
      if (to === 'paid') {
        await bookPaid(sql, system, [id]);
        const [payout] = await sql<
          { batch: string | null }[]
        >`select batch_id as batch from payouts where id = ${id}`;
        if (payout?.batch) await finalizedAttempt(payout.batch);
      }
      if (to === 'returned') await returnPayouts(sql, system, [id]);
    },
  },
};

/** A batch ends well only by a transaction that landed for good. */
async function finalizedAttempt(batch: string): Promise<void> {
  const { sql } = db.database;
  const [open] = await sql`select 1 from payout_batches where id = ${batch} and state = 'open'`;
  if (!open) return;
  await sql`
    insert into payout_attempts (signature, batch_id, raw, last_valid_height, fee_lamports, state)
    values (${randomUUID()}, ${batch}, '', 0, 0, 'live')`;
  await sql`update payout_attempts set state = 'finalized', finished_at = now() where batch_id = ${batch}`;
}

/** One unit of a wallet's is held for this job. */
async function holdOf(jobId: string): Promise<void> {
  const { sql } = db.database;
  const wallet = `wallet of ${jobId}`;
  await deposit(sql, { wallet, amount: 1n });
  await holdOne(sql, await loadSystemAccounts(sql), { jobId, wallet, amount: 1n });
}

describe.each(Object.entries(rows))('%s', (name, { table, insert, end, before, key = 'id' }) => {
  const states = Object.keys(table);
  const pairs = states.flatMap((from) => states.filter((to) => to !== from).map((to) => [from, to] as const));

  it.each(pairs)('moves from %s to %s exactly when its table says so', async (from, to) => {
    const { sql } = db.database;
    if (name === 'attempts') {
      await sql`insert into jobs (id, service, state, request, request_sha256, commitment, price, node_share, burn_share, expires_at)
        values (${jobId}, 'scrape', 'awaiting_payment', '{}', '', '', 1, 0, 0, now()) on conflict do nothing`;
      await sql`delete from attempts`;
    }
    const [row] = await sql.begin(async (tx) => {
      // What begins in the middle of its life.
      await tx`set local session_replication_role = replica`;
      return tx.unsafe(insert(from));
    });
    await before?.(row?.['id'], to);
    const move = sql.unsafe(
      `update ${name} set state = $1, ${end.replaceAll('$1', '$1::text')} where ${key} = $2`,
      [to, row?.['id']],
    );
    if (canMove(table, from, to)) await expect(move).resolves.toBeDefined();
    else await expect(move).rejects.toThrow(/cannot move/);
  });
});
