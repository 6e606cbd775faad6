import type { JobId, Service } from '@watt/shared';

/** A payment as it was signed. The same bytes may be sent any number of times: the chain takes them once. */
export interface SignedPayment {
  /** Base58. */
  signature: string;
  /** The signed transaction in base64. */
  transaction: string;
  /** Above this height, once finalized, the transaction can no longer land. */
  lastValidBlockHeight: number;
  /** Base units, decimal. */
  amountBase: string;
  memo: string;
}

/** What is called, as its path is named. */
export type CallKind = Service | 'scrape/batch' | 'map' | 'sessions';

/**
 * Everything that makes one logical call what it is, as plain JSON. Handing it to `resume` goes on where the call stopped:
 * same job, same bytes, same payment.
 */
export interface ResumeTicket {
  jobId: JobId;
  service: CallKind;
  /** The exact body of the HTTP request. */
  body: string;
  /** Null while nothing was signed. */
  payment: SignedPayment | null;
}
