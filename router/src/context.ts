import type { SigningKey } from '@watt/shared';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { Database } from './db/connect.ts';
import type { Dispatcher } from './dispatch/dispatch.ts';
import type { Hub } from './hub/hub.ts';
import type { Intake, RequestReader } from './intake/intake.ts';
import type { JobReader } from './jobs/jobs.ts';
import type { Payments } from './payments/payments.ts';

/** What a running router is made of; routes and tests take what they need from it. */
export interface Context {
  config: Config;
  secrets: { routerKey: SigningKey };
  /** Aborts when the router stops: calls that wait are answered with what is known. */
  closing: AbortSignal;
  clock: () => number;
  logger: Logger;
  database: Database;
  jobs: JobReader;
  payments: Payments;
  reader: RequestReader;
  intake: Intake;
  dispatcher: Dispatcher;
  hub: Hub;
}
