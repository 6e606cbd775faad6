import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at, baseUnits } from './columns.ts';

/**
 * Scrapes of many pages that are paid at once. Lists have one entry a page, in the order of the call. The jobs themselves are made when the
 * batch is funded, in the same transaction: before that nobody can pay for one of them alone.
 */
export const scrapeBatches = pgTable(
  'scrape_batches',
  {
    id: uuid('id').primaryKey(),
    state: text('state').notNull(),
    /** The normalised requests as the text of a JSON list. */
    requests: text('requests').notNull(),
    /** SHA-256 of the bytes that the agent sent. */
    requestSha256: text('request_sha256').notNull(),
    commitment: text('commitment').notNull(),
    jobIds: uuid('job_ids').array().notNull(),
    prices: baseUnits('prices').array().notNull(),
    listPrices: baseUnits('list_prices').array().notNull(),
    discountBps: integer('discount_bps').notNull().default(0),
    /** The sum of the prices: what is held. */
    price: baseUnits('price').notNull(),
    payer: text('payer'),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
    fundedAt: at('funded_at'),
  },
  (t) => [
    check('known_state', sql`${t.state} in ('awaiting_payment','funded','expired')`),
    check('price_positive', sql`${t.price} > 0`),
    check(
      'one_of_each_a_page',
      sql`cardinality(${t.jobIds}) between 1 and 100 and cardinality(${t.prices}) = cardinality(${t.jobIds}) and cardinality(${t.listPrices}) = cardinality(${t.jobIds})`,
    ),
    check(
      'funded_by_someone',
      sql`(${t.state} = 'funded') = (${t.payer} is not null) and (${t.state} = 'funded') = (${t.fundedAt} is not null)`,
    ),
    index('scrape_batches_unpaid').on(t.expiresAt).where(sql`${t.state} = 'awaiting_payment'`),
    index('scrape_batches_commitment').on(t.commitment).where(sql`${t.state} = 'awaiting_payment'`),
  ],
);
