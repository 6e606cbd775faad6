import { type Artifact, canonicalJson, LIMITS, sha256Hex } from '@watt/shared';
import type { RefusedRule } from '../guard/refusal.ts';
import type { ScrapeArtifact, ScrapeOutcome } from '../scrape/scrape-task.ts';
import type { AttemptResult } from './attempt-result.ts';
import { failedResult } from './failed-result.ts';
import { PAYLOAD_BYTES } from './payload-bytes.ts';

/** The scrape's payload. A screenshot stands in `data` as a reference; its bytes travel beside the payload. */
export function scrapeResult(outcome: ScrapeOutcome): AttemptResult {
  if (outcome.kind === 'failed') {
    const { code, message, retryable, reason, refused } = outcome;
    const metadata = { reason, retryable, ...(refused && ruleOf(refused)) };
    return failedResult({ code, message, retryable, metadata });
  }
  const artifacts = outcome.artifacts.map(toArtifact);
  const data = { ...outcome.data };
  for (const [index, { field }] of outcome.artifacts.entries()) {
    const artifact = artifacts[index];
    if (artifact) data[field] = refOf(artifact);
  }
  const payload = canonicalJson({ success: true, data, metadata: outcome.metadata });
  const isTooLarge =
    Buffer.byteLength(payload) > PAYLOAD_BYTES ||
    artifacts.some(({ size_bytes }) => size_bytes > LIMITS.artifactBytes);
  if (isTooLarge) {
    return failedResult({
      code: 'SCRAPE_FAILED',
      message: `The result is larger than ${PAYLOAD_BYTES} bytes, or its screenshot than ${LIMITS.artifactBytes}.`,
      retryable: false,
    });
  }
  return { outcome: 'completed', retryable: false, payload, artifacts };
}

function ruleOf({ rule, by, pattern }: RefusedRule) {
  return { rule, rule_by: by, ...(pattern !== undefined && { pattern }) };
}

function toArtifact({ field: _, bytes, ...facts }: ScrapeArtifact): Artifact {
  return { ...facts, sha256: sha256Hex(bytes), size_bytes: bytes.length, bytes };
}

function refOf({ bytes: _, ...ref }: Artifact): Omit<Artifact, 'bytes'> {
  return ref;
}
