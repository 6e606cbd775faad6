import { sql } from 'drizzle-orm';
import { bigint, check, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { baseUnits } from './columns.ts';

/** Ledger accounts. A balance is kept only where it is checked: customers and nodes. The rest are sums of transfers. */
export const accounts = pgTable(
  'accounts',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text('kind').notNull(),
    owner: text('owner').notNull().default(''),
    balance: baseUnits('balance'),
  },
  (t) => [
    unique('accounts_kind_owner').on(t.kind, t.owner),
    check(
      'known_kind',
      sql`${t.kind} in ('treasury','customer','held','node','burn','revenue','payout_inflight','suspense')`,
    ),
    check('balance_kept', sql`(${t.kind} in ('customer','node')) = (${t.balance} is not null)`),
    check('owner_of_kind', sql`(${t.kind} in ('customer','node')) = (${t.owner} <> '')`),
    check('non_negative', sql`${t.balance} >= 0`),
  ],
);
