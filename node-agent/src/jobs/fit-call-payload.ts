import { canonicalJson, type SessionCallPayload } from '@watt/shared';
import { bothEnds } from './both-ends.ts';
import { PAYLOAD_BYTES } from './payload-bytes.ts';

/** The body of a `call_result`. Output that is too long for a frame once it is JSON is cut, and said so. */
export function fitCallPayload(payload: SessionCallPayload, limitBytes = PAYLOAD_BYTES): string {
  let fitting = payload;
  for (;;) {
    const text = canonicalJson(fitting);
    if (Buffer.byteLength(text) <= limitBytes) return text;
    const { output, metadata } = fitting;
    fitting =
      output.stdout.length >= output.stderr.length
        ? {
            ...fitting,
            output: { ...output, stdout: bothEnds(output.stdout) },
            metadata: { ...metadata, stdout_truncated: true },
          }
        : {
            ...fitting,
            output: { ...output, stderr: bothEnds(output.stderr) },
            metadata: { ...metadata, stderr_truncated: true },
          };
  }
}
