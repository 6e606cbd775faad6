import { canonicalJson } from '@watt/shared';
import type { CompletedExecution, ExecuteOutcome, ExecuteOutput } from '../sandbox/execute-task.ts';
import type { AttemptResult } from './attempt-result.ts';
import { bothEnds } from './both-ends.ts';
import { failedResult } from './failed-result.ts';
import { PAYLOAD_BYTES } from './payload-bytes.ts';

/** The execution's payload. A program that failed or ran out of time is work done: `completed`, with its code and output. */
export function executeResult(outcome: ExecuteOutcome): AttemptResult {
  if (outcome.kind === 'failed') {
    const { message, retryable } = outcome;
    return failedResult({ code: 'NODE_FAILED', message, retryable });
  }
  const artifacts = outcome.artifacts.files.map((file) => ({ ...file, size_bytes: file.bytes.length }));
  return { outcome: 'completed', retryable: false, payload: payloadOf(outcome), artifacts };
}

function payloadOf({ success, code, message, output, metadata, artifacts }: CompletedExecution): string {
  let fitting = output;
  for (;;) {
    const payload = canonicalJson({
      success,
      ...(code !== undefined && { code }),
      ...(message !== undefined && { error: message }),
      ...(artifacts.refs !== null && { data: artifacts.refs }),
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
  const flags = [...new Set([...(output.flags ?? []), 'OUTPUT_TRUNCATED' as const])];
  return stdout.length >= stderr.length
    ? { ...output, stdout: bothEnds(stdout), stdout_truncated: true, flags }
    : { ...output, stderr: bothEnds(stderr), stderr_truncated: true, flags };
}
