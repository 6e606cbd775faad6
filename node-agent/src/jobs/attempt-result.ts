import type { Artifact, Result } from '@watt/shared';

/** What a job came to on this node: everything in the result message that is not about its way to the router. */
export interface AttemptResult {
  outcome: Result['outcome'];
  retryable: boolean;
  /** Canonical JSON: a ScrapePayload, an ExecutePayload or a FailurePayload. */
  payload: string;
  artifacts: Artifact[];
}
