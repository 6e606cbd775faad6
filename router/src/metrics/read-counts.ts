import type { SqlRunner } from '../db/connect.ts';

/** Rows by state. */
export interface Counts {
  jobs: { service: string; state: string; count: number }[];
  payments: { state: string; count: number }[];
  payouts: { state: string; count: number }[];
}

const FRESH_MS = 30_000;

/** Counts rows by state; one reading serves all scrapes of half a minute, because it goes through whole tables. */
export function createCountReader(sql: SqlRunner, clock: () => number): () => Promise<Counts> {
  let current: { at: number; counts: Promise<Counts> } | null = null;
  return () => {
    if (current === null || clock() - current.at > FRESH_MS) {
      const counts = readCounts(sql);
      current = { at: clock(), counts };
      counts.catch(() => {
        current = null;
      });
    }
    return current.counts;
  };
}

async function readCounts(sql: SqlRunner): Promise<Counts> {
  const [jobs, payments, payouts] = await Promise.all([
    sql<{ service: string; state: string; count: number }[]>`
      select service, state, count(*)::float8 as count from jobs group by service, state`,
    sql<{ state: string; count: number }[]>`
      select status as state, count(*)::float8 as count from chain_credits group by status`,
    sql<
      { state: string; count: number }[]
    >`select state, count(*)::float8 as count from payouts group by state`,
  ]);
  return { jobs, payments, payouts };
}
