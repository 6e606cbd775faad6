import { canonicalJson, type ErrorCode, type FailurePayload } from '@watt/shared';
import type { AttemptResult } from './attempt-result.ts';

export interface Failure {
  code: ErrorCode;
  message: string;
  /** Whether another node could do better. */
  retryable: boolean;
}

export function failedResult({ code, message, retryable }: Failure): AttemptResult {
  const payload: FailurePayload = { success: false, code, error: message };
  return { outcome: 'failed', retryable, payload: canonicalJson(payload), artifacts: [] };
}
