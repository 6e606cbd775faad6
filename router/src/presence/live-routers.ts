import type { Fragment } from 'postgres';
import type { SqlRunner } from '../db/connect.ts';

/** The number of a router's process among all that its database has seen; none has it twice. */
export type RouterId = number;

// One arbitrary constant: the upper half of the keys of the locks by which routers show that they live.
const PRESENCE_SPACE = 742_118;

/** The key of the advisory lock that a router holds as long as it lives. */
export function presenceLock(router: RouterId): bigint {
  return (BigInt(PRESENCE_SPACE) << 32n) | BigInt(router);
}

/** All routers that live, as a subquery. */
export function liveRouters(sql: SqlRunner): Fragment {
  return sql`(
    select objid::bigint::int from pg_locks
    where locktype = 'advisory' and classid = ${PRESENCE_SPACE}::bigint::oid and objsubid = 1 and granted
      and database = (select oid from pg_database where datname = current_database())
  )`;
}
