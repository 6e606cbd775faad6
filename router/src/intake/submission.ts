import type { Service } from '@watt/shared';

/** One call for a job, as HTTP hands it over. */
export interface Submission {
  service: Service;
  /** The exact bytes of the HTTP body, and the same parsed. */
  raw: Uint8Array;
  body: unknown;
  /** Who calls, for the rate limits: an address, until a wallet is known. */
  agent: string;
  /** `Prefer: respond-async`. */
  isAsync: boolean;
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
}
