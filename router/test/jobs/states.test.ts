import { randomUUID } from 'node:crypto';
import { canMove, type TransitionTable } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTEMPT_TRANSITIONS, JOB_TRANSITIONS } from '../../src/jobs/states.ts';
import { NODE_TRANSITIONS } from '../../src/nodes/nodes.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.drop());

const jobId = randomUUID();
/** Puts one row into a state past all rules but those of the state itself, for an update to be tried on it. */
const rows: Record<
  string,
  { table: TransitionTable<string>; insert: (state: string) => string; end: string }
> = {
  jobs: {
    table: JOB_TRANSITIONS,
    insert: (
      state,
    ) => `insert into jobs (id, service, state, request, request_sha256, commitment, price, node_share, burn_share,
      payer, expires_at, finished_at) values ('${randomUUID()}', 'scrape', '${state}', '{}', '', '', 1, 0, 0, 'p', now(),
      case when '${state}' in ('succeeded','failed','expired') then now() end) returning id`,
    end: `finished_at = case when $1 in ('succeeded','failed','expired') then now() end`,
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
};

describe.each(Object.entries(rows))('%s', (name, { table, insert, end }) => {
  const states = Object.keys(table);
  const pairs = states.flatMap((from) => states.filter((to) => to !== from).map((to) => [from, to] as const));

  it.each(pairs)('moves from %s to %s exactly when its table says so', async (from, to) => {
    const { sql } = db.database;
    if (name === 'attempts') {
      await sql`insert into jobs (id, service, state, request, request_sha256, commitment, price, node_share, burn_share, expires_at)
        values (${jobId}, 'scrape', 'awaiting_payment', '{}', '', '', 1, 0, 0, now()) on conflict do nothing`;
      await sql`delete from attempts`;
    }
    const [row] = await sql.unsafe(insert(from));
    const move = sql.unsafe(
      `update ${name} set state = $1, ${end.replaceAll('$1', '$1::text')} where id = $2`,
      [to, row?.['id']],
    );
    if (canMove(table, from, to)) await expect(move).resolves.toBeDefined();
    else await expect(move).rejects.toThrow(/cannot move/);
  });
});
