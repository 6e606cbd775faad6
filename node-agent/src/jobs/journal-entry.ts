import { copyStatement, type SigningKey, sha256Hex, signText } from '@watt/shared';
import type { FinishedAttempt } from './job-runner.ts';
import type { JournalEntry } from './journal.ts';

/** What is kept and sent of a finished attempt. A result that others may be given gets this node's word about it, which names nobody's job. */
export function journalEntry(
  { job, result, copyKey, startedAt, finishedAt }: FinishedAttempt,
  { key, router }: { key: SigningKey; router: string },
): JournalEntry {
  const { attempt_id, job_id, service, request_sha256 } = job;
  const { outcome, retryable, payload } = result;
  const artifacts = result.artifacts.map(({ bytes: _, ...ref }) => ref);
  const entry = {
    ...{ attempt_id, job_id, service, request_sha256, outcome, retryable, payload, artifacts, router },
    started_at: startedAt,
    finished_at: finishedAt,
  };
  if (copyKey === null) return entry;
  const header = {
    node: key.publicKey,
    body_sha256: sha256Hex(payload),
    artifacts,
    finished_at: finishedAt,
  };
  return { ...entry, copy: signText(key, 'watt/copy/1', copyStatement(header, copyKey)) };
}
