import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';
import { jobs } from './jobs.ts';

/** Results that may serve others for a while: the job that has one, and what its node said about it without naming the job. */
export const scrapeCopies = pgTable(
  'scrape_copies',
  {
    jobId: uuid('job_id')
      .primaryKey()
      .references(() => jobs.id),
    /** `copyKey()` of the request. */
    key: text('key').notNull(),
    /** By the node's clock, or by ours where that is earlier. */
    madeAt: at('made_at').notNull(),
    statement: text('statement').notNull(),
    signature: text('signature').notNull(),
  },
  (t) => [index('scrape_copies_key').on(t.key, t.madeAt), index('scrape_copies_age').on(t.madeAt)],
);
