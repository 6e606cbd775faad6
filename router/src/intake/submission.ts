import type { BaseUnits, JobId } from '@watt/shared';
import type { Authority } from '../access/access.ts';
import type { RequestForm } from './read-request.ts';
import type { UnpaidJob } from './unpaid-answers.ts';

/** One call for a job, as HTTP hands it over. */
export interface Submission {
  service: RequestForm;
  /** The exact bytes of the HTTP body, and the same parsed. */
  raw: Uint8Array;
  body: unknown;
  /** Where the call came from; the rate limits count by it where no wallet is known. */
  address: string;
  /** Who makes the call and may spend; null without a credential. */
  authority: Authority | null;
  /** Stands for a job id where the body has none and the caller is known. */
  idempotencyKey: string | null;
  /** Of the `x-max-cost` header, in base units. */
  maxCost: BaseUnits | null;
  /** `Prefer: respond-async`. */
  isAsync: boolean;
  signal: AbortSignal;
  /** A payment that came with the call. */
  settlement?: Settlement | undefined;
}

/** A payment that the router itself brings to the chain. */
export interface Settlement {
  /** The job that it names, for a body that names none. */
  jobId: JobId;
  /** Sends the payment for this job, unless the job has one on its way. Throws when it is refused; then nothing has moved. */
  settle(job: UnpaidJob): Promise<void>;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
}
