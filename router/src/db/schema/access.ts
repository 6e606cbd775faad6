import { sql } from 'drizzle-orm';
import { check, date, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, baseUnits } from './columns.ts';
import { jobs } from './jobs.ts';
import { payouts } from './payouts.ts';

/** API keys: the secret is kept as its SHA-256 only. Budgets in base units; null is no limit but the wallet's balance. */
export const apiKeys = pgTable(
  'api_keys',
  {
    /** The public part of the key. */
    id: text('id').primaryKey(),
    wallet: text('wallet').notNull(),
    name: text('name').notNull(),
    secretSha256: text('secret_sha256').notNull(),
    scopes: text('scopes').array().notNull(),
    budgetPerJob: baseUnits('budget_per_job'),
    budgetPerDay: baseUnits('budget_per_day'),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at'),
    revokedAt: at('revoked_at'),
    lastUsedAt: at('last_used_at'),
  },
  (t) => [
    check('budgets_positive', sql`coalesce(${t.budgetPerJob}, 1) > 0 and coalesce(${t.budgetPerDay}, 1) > 0`),
    index('api_keys_wallet').on(t.wallet, t.createdAt),
  ],
);

/** What a key has spent on a day (UTC), in base units; raised in the transaction of the hold, lowered in that of the void. */
export const apiKeyDays = pgTable(
  'api_key_days',
  {
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id),
    day: date('day').notNull(),
    spent: baseUnits('spent').notNull(),
  },
  (t) => [primaryKey({ columns: [t.keyId, t.day] }), check('not_negative', sql`${t.spent} >= 0`)],
);

/**
 * Who called for a job with a proof of being this wallet. Kept where a plain memo counts only for its own wallet's calls
 * (`PLAIN_MEMO=signed-only`).
 */
export const jobCallers = pgTable(
  'job_callers',
  {
    jobId: uuid('job_id')
      .notNull()
      .references(() => jobs.id),
    wallet: text('wallet').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.wallet] })],
);

/** Who let a job be paid from a balance, and on which day's budget. */
export const jobAuthorities = pgTable('job_authorities', {
  jobId: uuid('job_id')
    .primaryKey()
    .references(() => jobs.id),
  wallet: text('wallet').notNull(),
  keyId: text('key_id').references(() => apiKeys.id),
  day: date('day').notNull(),
});

/** Nonces of signed requests that were accepted: none is accepted twice while its signature is valid. */
export const authNonces = pgTable(
  'auth_nonces',
  {
    wallet: text('wallet').notNull(),
    nonce: text('nonce').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.wallet, t.nonce] }), index('auth_nonces_expiry').on(t.expiresAt)],
);

/** What was asked for when a withdrawal was made: a retry with the same key must ask for the same. */
export const withdrawalRequests = pgTable('withdrawal_requests', {
  payoutId: uuid('payout_id')
    .primaryKey()
    .references(() => payouts.id),
  /** Base units, or `all`. */
  asked: text('asked').notNull(),
  /** The key that asked; null for the wallet itself. */
  keyId: text('key_id').references(() => apiKeys.id),
});
