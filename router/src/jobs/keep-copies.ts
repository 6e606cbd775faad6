import type { Fragment } from 'postgres';
import type { SqlRunner } from '../db/connect.ts';

/** What of a result others may be given, and how that is proven. */
export interface NewCopy {
  /** `copyKey()` of the request. */
  key: string;
  /** Unix milliseconds, by the node's clock. */
  madeAt: number;
  /** What the node signed about it, which names no job. */
  statement: string;
  signature: string;
}

/**
 * Keeps copies as part of the statement that completes their jobs, whose relation `ended` it expects before it. A node whose clock is ahead of
 * ours makes no copy younger.
 */
export function keptParts(
  sql: SqlRunner,
  jobs: readonly { attemptId: string; copy?: NewCopy | null }[],
): Fragment {
  const copies = jobs.flatMap(({ attemptId, copy }) => (copy ? [{ attemptId, ...copy }] : []));
  return sql`
    kept as (
      insert into scrape_copies (job_id, key, made_at, statement, signature)
      select e.job_id, c.key, to_timestamp(least(c.made_at / 1000.0, extract(epoch from now())::float8)), c.statement, c.signature
      from unnest(
        ${copies.map((copy) => copy.attemptId)}::uuid[], ${copies.map((copy) => copy.key)}::text[],
        ${copies.map((copy) => copy.madeAt)}::float8[], ${copies.map((copy) => copy.statement)}::text[],
        ${copies.map((copy) => copy.signature)}::text[]
      ) as c (attempt_id, key, made_at, statement, signature) join ended e on e.attempt_id = c.attempt_id
    )`;
}
