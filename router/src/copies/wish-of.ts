import { copyKey, type ScrapeRequest, type Service } from '@watt/shared';
import { maxAgeOf } from './max-age.ts';

/** What a job that shares pages would take: a copy with this `copyKey()`, no older than this; with 0 it takes none and makes one. */
export interface CopyWish {
  key: string;
  maxAgeSeconds: number;
}

/** Null for a job that says nothing of copies. */
export function wishOf(job: { service: Service; request: string }): CopyWish | null {
  const maxAgeSeconds = maxAgeOf(job);
  if (maxAgeSeconds === null) return null;
  return { key: copyKey(JSON.parse(job.request) as ScrapeRequest), maxAgeSeconds };
}
