import { copyStatement, parseJson, type Result, verifyText } from '@watt/shared';
import type { NewCopy, QueuedJob } from '../jobs/jobs.ts';
import { isShareable } from './is-shareable.ts';
import { wishOf } from './wish-of.ts';

export type ReadCopy = { copy: NewCopy | null } | { fault: string };

const NONE: ReadCopy = { copy: null };

/** The copy that others may be given of a completed result whose payload has its form, if there may be one. */
export function readCopy(
  job: Pick<QueuedJob, 'service' | 'request'>,
  header: Result,
  payload: string,
): ReadCopy {
  if (header.copy === undefined) return NONE;
  const wish = wishOf(job);
  if (!wish) return NONE;
  const { key } = wish;
  const statement = copyStatement(header, key);
  if (!verifyText(header.node, 'watt/copy/1', statement, header.copy)) {
    return { fault: 'the signature for copies does not match' };
  }
  const { metadata } = parseJson(payload) as { metadata: Record<string, unknown> };
  if (!isShareable(metadata)) return NONE;
  return { copy: { key, madeAt: header.finished_at, statement, signature: header.copy } };
}
