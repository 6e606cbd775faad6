import type { Database } from '@watt/router';

const CHUNK = 50_000;
const PRICE = '500000000';
const NODE = '350000000';
const BURN = '750000';
const REST = '149250000';

export interface PastJobsOptions {
  sql: Database['sql'];
  /** How many captured jobs there shall be. */
  count: number;
  wallets: readonly string[];
  nodes: readonly string[];
  signal: AbortSignal;
}

/**
 * A past of captured jobs, each with its credit, hold and captures, as years of trade leave it. Written with the triggers asleep, since a million
 * jobs one by one would take the day; the balances are set to what the transfers say.
 */
export async function layInPastJobs(options: PastJobsOptions): Promise<void> {
  const { sql, count, wallets, nodes, signal } = options;
  const [row] = await sql<{ count: bigint }[]>`select count(*) as count from jobs`;
  for (let have = Number(row?.count ?? 0); have < count; have += CHUNK) {
    signal.throwIfAborted();
    const more = Math.min(CHUNK, count - have);
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`
        create temp table past on commit drop as
        select gen_random_uuid() as job,
          (${wallets as string[]}::text[])[1 + (i % ${wallets.length})] as wallet,
          (${nodes as string[]}::text[])[1 + (i % ${nodes.length})] as node
        from generate_series(1, ${more}) i`;
      await tx`
        insert into jobs (id, service, state, request, request_sha256, commitment, price, node_share, burn_share, charged, payer, expires_at,
          queued_at, finished_at, node_id, result)
        select job, 'execute', 'succeeded', '{}', '', job::text, ${PRICE}::bigint, ${NODE}::bigint, ${BURN}::bigint, ${PRICE}::bigint, wallet, now(), now(), now(), node, '{}'
        from past`;
      await tx`insert into job_resolutions (job_id, outcome) select job, 'captured' from past`;
      await tx`
        insert into transfers (idem, kind, debit, credit, amount, job_id, resolution)
        select part.kind || ':' || past.job, part.kind, part.debit, part.credit, part.amount, part.job, part.resolution
        from past
          join accounts c on c.kind = 'customer' and c.owner = past.wallet
          join accounts n on n.kind = 'node' and n.owner = past.node
          cross join (select max(id) filter (where kind = 'treasury') as treasury, max(id) filter (where kind = 'held') as held,
            max(id) filter (where kind = 'burn') as burn, max(id) filter (where kind = 'revenue') as revenue from accounts) s
          cross join lateral (values
            ('credit', s.treasury, c.id, ${PRICE}::bigint, null::uuid, null),
            ('hold', c.id, s.held, ${PRICE}::bigint, past.job, null),
            ('capture_node', s.held, n.id, ${NODE}::bigint, past.job, 'captured'),
            ('capture_burn', s.held, s.burn, ${BURN}::bigint, past.job, 'captured'),
            ('capture_revenue', s.held, s.revenue, ${REST}::bigint, past.job, 'captured')
          ) as part (kind, debit, credit, amount, job, resolution)`;
      await tx`
        update accounts a set balance = a.balance + earned.total
        from (select node, count(*) * ${NODE}::bigint as total from past group by node) earned
        where a.kind = 'node' and a.owner = earned.node`;
    });
  }
  // What a running Postgres has done long before a million jobs have come together.
  await sql`vacuum analyze`;
  await sql`checkpoint`;
}
