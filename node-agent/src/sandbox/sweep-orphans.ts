import type { ContainerEngine, ListedContainer } from './container-engine.ts';
import { DEADLINE_LABEL, OWNER_LABEL } from './container-spec.ts';

/** Between a live node's create and start lie milliseconds; this leaves room for a loaded Pi. */
const CREATED_GRACE_MS = 60_000;

/**
 * Removes what nodes that died have left behind, and returns how many that was. Other nodes may be at work on this machine,
 * so what is not certainly dead stays: a container that runs is held by a live connection, without which its supervisor
 * exits, until the deadline that it carries.
 */
export async function sweepOrphans(engine: ContainerEngine, nowMs: number): Promise<number> {
  const orphans = (await engine.list(OWNER_LABEL)).filter((one) => isOrphan(one, nowMs));
  const removed = await Promise.allSettled(orphans.map((one) => engine.remove(one.id)));
  return removed.filter((result) => result.status === 'fulfilled').length;
}

export function isOrphan(container: ListedContainer, nowMs: number): boolean {
  const deadlineMs = Number(container.labels[DEADLINE_LABEL]);
  if (!Number.isFinite(deadlineMs) || nowMs > deadlineMs) return true;
  if (container.running) return false;
  return !container.created || nowMs - container.createdAtMs > CREATED_GRACE_MS;
}
