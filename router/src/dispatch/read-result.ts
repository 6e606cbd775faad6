import {
  type Artifact,
  canonicalJson,
  ExecutePayloadSchema,
  FailurePayloadSchema,
  parseJson,
  type Result,
  ScrapePayloadSchema,
  type SessionPayload,
  SessionPayloadSchema,
  signedPart,
} from '@watt/shared';
import { Compile } from 'typebox/compile';
import { readCopy } from '../copies/copies.ts';
import type { ReceivedResult } from '../hub/hub-handlers.ts';
import type { NewCopy, QueuedJob } from '../jobs/jobs.ts';

const payloads = {
  scrape: Compile(ScrapePayloadSchema),
  execute: Compile(ExecutePayloadSchema),
  session: Compile(SessionPayloadSchema),
  failure: Compile(FailurePayloadSchema),
};

// A failure's code becomes the status of the agent's answer; 402, say, would make it pay again.
const FAILURE_CODES = new Set(['SCRAPE_FAILED', 'DOMAIN_BLOCKED', 'NODE_FAILED']);
const NO_FILES: ReadonlySet<string> = new Set();

export interface CompletedResult {
  artifacts: Artifact[];
  session: SessionPayload['data'] | null;
  /** Where others may be given the result. */
  copy: NewCopy | null;
}

export type ReadResult =
  | ({ kind: 'completed' } & CompletedResult)
  | { kind: 'failed'; code: string; message: string; retryable: boolean }
  | { kind: 'invalid'; fault: string };

/** Reads a result that has a good signature: does it answer this job, and does it have the form of its service? */
export function readResult(job: QueuedJob, result: ReceivedResult): ReadResult {
  const { header } = result;
  const isSameJob =
    header.job_id === job.id && header.service === job.service && header.request_sha256 === job.requestSha256;
  if (!isSameJob) return { kind: 'invalid', fault: 'the result is for another job' };
  const payload = parseJson(result.payload);
  if (!isProvable(payload, result.payload))
    return { kind: 'invalid', fault: 'the payload is not in RFC 8785 form, or has unknown members' };
  if (header.outcome === 'failed') {
    if (!payloads.failure.Check(payload))
      return { kind: 'invalid', fault: 'the failure does not have its form' };
    if (!FAILURE_CODES.has(payload.code))
      return { kind: 'invalid', fault: 'the failure has a code that is not for nodes' };
    return { kind: 'failed', code: payload.code, message: payload.error, retryable: header.retryable };
  }
  if (job.sessionMinutes !== null) {
    const { artifacts } = result;
    if (payloads.session.Check(payload))
      return readArtifacts(header, artifacts, { session: payload.data, copy: null });
    return { kind: 'invalid', fault: 'the payload does not have the form of a session' };
  }
  if (!payloads[job.service].Check(payload)) {
    return { kind: 'invalid', fault: `the payload does not have the form of ${job.service}` };
  }
  const read = readCopy(job, header, result.payload);
  if ('fault' in read) return { kind: 'invalid', fault: read.fault };
  return readArtifacts(header, result.artifacts, { session: null, copy: read.copy });
}

/** Whether an agent can build the hashed text again from its answer, as the check of a receipt does. */
function isProvable(payload: unknown, text: string): boolean {
  if (typeof payload !== 'object' || payload === null) return false;
  try {
    return canonicalJson(signedPart(payload as Record<string, unknown>, NO_FILES)) === text;
  } catch {
    // A number such as 1e999 is read as infinite and has no JSON form.
    return false;
  }
}

function readArtifacts(
  header: Result,
  received: ReceivedResult['artifacts'],
  more: Omit<CompletedResult, 'artifacts'>,
): ReadResult {
  const artifacts = header.artifacts.flatMap((ref) => {
    const bytes = received.get(ref.sha256);
    return bytes ? [{ ...ref, bytes }] : [];
  });
  const isWhole = artifacts.length === header.artifacts.length;
  return isWhole
    ? { kind: 'completed', artifacts, ...more }
    : { kind: 'invalid', fault: 'a file named by the result did not arrive' };
}
