import { canonicalJson } from '@watt/shared';
import type { CompletedExecution, ExecuteOutcome, ExecuteOutput } from '../sandbox/execute-task.ts';
import type { AttemptResult } from './attempt-result.ts';
import { failedResult } from './failed-result.ts';
import { PAYLOAD_BYTES } from './payload-bytes.ts';

/** The execution's payload. A program that failed or ran out of time is work done: `completed`, with its code and output. */
export function executeResult(outcome: ExecuteOutcome): AttemptResult {
  if (outcome.kind === 'failed') {
    const { message, retryable } = outcome;
    return failedResult({ code: 'NODE_FAILED', message, retryable });
  }
  return { outcome: 'completed', retryable: false, payload: payloadOf(outcome), artifacts: [] };
}

function payloadOf({ success, code, message, output, metadata }: CompletedExecution): string {
  let fitting = output;
  for (;;) {
    const payload = canonicalJson({
      success,
      ...(code !== undefined && { code }),
      ...(message !== undefined && { error: message }),
      output: fitting,
      metadata,
    });
    if (Buffer.byteLength(payload) <= PAYLOAD_BYTES) return payload;
    fitting = halveLonger(fitting);
  }
}

// Control characters take six bytes in JSON, so output within its own limit can be too long for a frame. It is cut, and said so:
// a failure would let a program be run for nothing by printing enough of them.
function halveLonger(output: ExecuteOutput): ExecuteOutput {
  const { stdout, stderr } = output;
  return stdout.length >= stderr.length
    ? { ...output, stdout: firstHalf(stdout), stdout_truncated: true }
    : { ...output, stderr: firstHalf(stderr), stderr_truncated: true };
}

function firstHalf(text: string): string {
  // Half of a surrogate pair at the cut has no UTF-8 form.
  return text.slice(0, text.length >> 1).replace(/[\uD800-\uDBFF]$/, '');
}
