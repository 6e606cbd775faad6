import { randomUUID } from 'node:crypto';
import {
  captureParts,
  connectDatabase,
  createBatcher,
  creditPayments,
  type Database,
  holdParts,
  loadSystemAccounts,
  lockBalances,
  openAccounts,
} from '@watt/router';
import type { Contender } from '../contender.ts';
import { layInPastJobs } from './past-jobs.ts';

const WALLETS = 500;
const NODES = 100;
const PRICE = 500_000_000n;
const NODE_SHARE = 350_000_000n;
const BURN_SHARE = 750_000n;
const RICH = 1_000_000_000_000_000n;
/** As the router batches them. */
const BATCH = { maxItems: 200, concurrency: 1, maxWaiting: 20_000 };

export interface LedgerContender extends Contender {
  /** Sees to it that so many captured jobs lie in the books. */
  layIn(pastJobs: number, signal: AbortSignal): Promise<void>;
}

/** Hold and capture as the router writes them: every caller waits for both commits, callers at the same time share them. */
export async function startLedger(options: {
  name: string;
  databaseUrl: string;
  connections: number;
  perSecond: number;
}): Promise<LedgerContender> {
  const database: Database = connectDatabase(options.databaseUrl, { connections: options.connections });
  const { sql } = database;
  const accounts = await loadSystemAccounts(sql);
  const wallets = names('wallet', WALLETS);
  const nodes = names('node', NODES);
  await openAccounts(sql, 'node', nodes);
  await creditPayments(
    sql,
    accounts,
    wallets.map((payer) => ({ signature: `bench-${payer}`, amount: RICH, payer })),
  );

  const holds = createBatcher<{ jobId: string; wallet: string; amount: bigint }, boolean>({
    ...BATCH,
    run: (requests) =>
      sql.begin(async (tx) => {
        const balances = await lockBalances(
          tx,
          requests.map(({ wallet }) => wallet),
        );
        const covered = requests.flatMap(({ jobId, wallet, amount }) => {
          const found = balances.get(wallet);
          if (!found || found.balance < amount) return [];
          found.balance -= amount;
          return [{ jobId, account: found.account, amount }];
        });
        if (covered.length > 0) await tx`with ${holdParts(tx, accounts, covered)} select 1`;
        const held = new Set(covered.map(({ jobId }) => jobId));
        return requests.map(({ jobId }) => held.has(jobId));
      }),
  });
  const captures = createBatcher<{ jobId: string; nodeId: string }, void>({
    ...BATCH,
    run: async (items) => {
      await sql`
        with captures as (
          select job_id, node_id, 0::bigint as unused, ${NODE_SHARE.toString()}::bigint as node_share, ${BURN_SHARE.toString()}::bigint as burn_share
          from unnest(${items.map(({ jobId }) => jobId)}::uuid[], ${items.map(({ nodeId }) => nodeId)}::text[]) as c (job_id, node_id)
        ), ${captureParts(sql, accounts)}
        select job_id from resolved`;
      return items.map(() => undefined);
    },
  });

  const stock: string[] = [];
  let calls = 0;
  return {
    name: options.name,
    layIn: (count, signal) => layInPastJobs({ sql, count, wallets, nodes, signal }),
    /** The jobs' own rows: what registers them is no part of the ledger. */
    async prepare(ms) {
      const wanted = Math.ceil((options.perSecond * ms) / 1_000) - stock.length;
      if (wanted <= 0) return;
      const ids = Array.from({ length: wanted }, () => randomUUID() as string);
      await sql`
        insert into jobs (id, service, state, request, request_sha256, commitment, price, node_share, burn_share, payer, expires_at)
        select id, 'execute', 'awaiting_payment', '{}', '', '', ${PRICE.toString()}::bigint, ${NODE_SHARE.toString()}::bigint,
          ${BURN_SHARE.toString()}::bigint, 'bench', now()
        from unnest(${ids}::uuid[]) as id`;
      stock.push(...ids);
    },
    async call() {
      const jobId = stock.pop();
      if (!jobId) throw new Error('The jobs that were laid in are used up');
      calls += 1;
      const wallet = wallets[calls % WALLETS] ?? '';
      if (!(await holds.add({ jobId, wallet, amount: PRICE }))) throw new Error(`${wallet} has run dry`);
      await captures.add({ jobId, nodeId: nodes[calls % NODES] ?? '' });
    },
    stop: () => database.close(),
  };
}

function names(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bench-${kind}-${index}`);
}
