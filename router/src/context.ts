import type { SigningKey } from '@watt/shared';
import type { Logger } from 'pino';
import type { Authenticate } from './access/access.ts';
import type { Pricer } from './balance/balance.ts';
import type { BatchCalls, Batches } from './batches/batches.ts';
import type { Config } from './config/config.ts';
import type { Copies } from './copies/copies.ts';
import type { Database } from './db/connect.ts';
import type { Dispatcher } from './dispatch/dispatch.ts';
import type { Hub } from './hub/hub.ts';
import type { Intake, RequestReader } from './intake/intake.ts';
import type { JobReader, OutputStreams } from './jobs/jobs.ts';
import type { SystemAccounts } from './ledger/ledger.ts';
import type { Payments } from './payments/payments.ts';
import type { Presence } from './presence/presence.ts';
import type { Reconciler } from './reconciliation/reconciliation.ts';
import type { RateLimits } from './screening/screening.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { Settlement } from './settlement/settlement.ts';
import type { X402 } from './x402/x402.ts';

/** What a running router is made of; routes and tests take what they need from it. */
export interface Context {
  config: Config;
  secrets: { routerKey: SigningKey };
  /** Aborts when the router stops: calls that wait are answered with what is known. */
  closing: AbortSignal;
  clock: () => number;
  randomBytes: (count: number) => Uint8Array;
  logger: Logger;
  database: Database;
  accounts: SystemAccounts;
  presence: Presence;
  authenticate: Authenticate;
  pricer: Pricer;
  jobs: JobReader;
  payments: Payments;
  /** Null without a key that pays the fees. */
  x402: X402 | null;
  reconciler: Reconciler;
  settlement: Settlement;
  reader: RequestReader;
  intake: Intake;
  batches: Batches;
  batchCalls: BatchCalls;
  sessions: Sessions;
  /** The output of programs that run, for those who watch. */
  outputs: OutputStreams;
  /** Results that serve more than one job. */
  copies: Copies;
  dispatcher: Dispatcher;
  hub: Hub;
  rateLimits: RateLimits;
}
