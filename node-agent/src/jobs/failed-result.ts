import { canonicalJson, type ErrorCode, type FailurePayload } from '@watt/shared';
import type { AttemptResult } from './attempt-result.ts';

export interface Failure {
  code: ErrorCode;
  message: string;
  /** Whether another node could do better. */
  retryable: boolean;
  /** What programs may want to know of it. */
  metadata?: FailurePayload['metadata'];
}

export function failedResult({ code, message, retryable, metadata }: Failure): AttemptResult {
  const payload: FailurePayload = { success: false, code, error: message, ...(metadata && { metadata }) };
  return { outcome: 'failed', retryable, payload: canonicalJson(payload), artifacts: [] };
}
