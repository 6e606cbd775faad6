import { formatWatt, wattNumber } from '@watt/shared';
import type { SqlClient } from '../db/connect.ts';
import { countNodes } from '../nodes/nodes.ts';
import { type Books, type BooksChecker, createBooksChecker } from '../reconciliation/reconciliation.ts';
import { loadPaidOut } from './load-paid-out.ts';

const FRESH_MS = 2000;
const TOP_DOMAINS = 10;
const DOMAIN_WINDOW = '24 hours';

interface JobFigures {
  service: string;
  succeeded: bigint;
  failed: bigint;
  waiting: bigint;
  agents: bigint;
  copied: bigint;
  avg_ms: number | null;
}

export interface Stats {
  /** The figures of the specification's section 8. One query serves all callers of two seconds. */
  read(): Promise<Record<string, unknown>>;
}

export function createStats(options: { sql: SqlClient; clock: () => number }): Stats {
  const checker = createBooksChecker(options.sql);
  let current: { at: number; value: Promise<Record<string, unknown>> } | null = null;
  return {
    read() {
      const now = options.clock();
      if (!current || now - current.at > FRESH_MS) {
        const value = readStats(options.sql, checker);
        current = { at: now, value };
        value.catch(() => {
          current = null;
        });
      }
      return current.value;
    },
  };
}

async function readStats(sql: SqlClient, checker: BooksChecker): Promise<Record<string, unknown>> {
  const [jobs, [agents], books, paidOut, nodes, domains] = await Promise.all([
    sql<JobFigures[]>`
      select service, count(*) filter (where state = 'succeeded') as succeeded,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state in ('queued', 'running')) as waiting,
        count(distinct payer) as agents,
        count(*) filter (where copy_made_at is not null) as copied,
        (avg(extract(epoch from finished_at - queued_at)) filter (where state = 'succeeded' and session_minutes is null) * 1000)::float8 as avg_ms
      from jobs group by service`,
    sql<{ count: bigint }[]>`select count(distinct payer) as count from jobs`,
    checker.check(false),
    loadPaidOut(sql),
    countNodes(sql),
    sql<{ domain: string; count: bigint }[]>`
      select lower(substring(request::json ->> 'url' from ':[/\\\\]*([^/\\\\:?#]+)')) as domain, count(*) as count from jobs
      where service = 'scrape' and queued_at > now() - ${DOMAIN_WINDOW}::interval group by 1 order by 2 desc, 1 limit ${TOP_DOMAINS}`,
  ]);
  const of = (service: string): JobFigures | undefined => jobs.find((row) => row.service === service);
  const succeeded = jobs.reduce((sum, row) => sum + row.succeeded, 0n);
  const failed = jobs.reduce((sum, row) => sum + row.failed, 0n);
  return {
    jobs: { scrape: jobView(of('scrape')), execute: jobView(of('execute')) },
    total_scrapes: Number(of('scrape')?.succeeded ?? 0),
    scrapes_from_copies: Number(of('scrape')?.copied ?? 0),
    total_executions: Number(of('execute')?.succeeded ?? 0),
    unique_agents: Number(agents?.count ?? 0),
    error_rate: succeeded + failed === 0n ? 0 : Number(failed) / Number(succeeded + failed),
    watt_received: wattNumber(books.flows.received),
    watt_burned: wattNumber(books.flows.burned),
    watt_burned_on_chain: wattNumber(paidOut.burned),
    watt_earned_by_nodes: wattNumber(books.flows.earned),
    watt_paid_to_nodes: wattNumber(paidOut.toNodes),
    watt_returned_to_customers: wattNumber(paidOut.returned),
    nodes,
    most_scraped_domains: domains.map((row) => ({ domain: row.domain, scrapes: Number(row.count) })),
    ledger: ledgerView(books),
  };
}

function jobView(row: JobFigures | undefined): Record<string, unknown> {
  return {
    succeeded: Number(row?.succeeded ?? 0),
    failed: Number(row?.failed ?? 0),
    waiting: Number(row?.waiting ?? 0),
    avg_response_ms: row?.avg_ms === null || row === undefined ? null : Math.round(row.avg_ms),
  };
}

/** The closing lines as exact decimal strings. */
function ledgerView({ accounts, faults }: Books): Record<string, unknown> {
  const lines = Object.entries(accounts).map(([name, units]) => [snakeCase(name), formatWatt(units)]);
  return { ...Object.fromEntries(lines), balanced: faults.length === 0 };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
