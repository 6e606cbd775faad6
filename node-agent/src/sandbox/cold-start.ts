import type { ContainerSource } from './container-source.ts';
import { createLanes } from './lanes.ts';
import type { OpenContainer } from './open-container.ts';

/** How long after its job's time-out a container may still be needed, at the most. */
export const DEADLINE_MARGIN_MS = 120_000;

/** More at a time make the daemon slower for all, and with hundreds it would run into its limits. */
const LANES = 8;

/** Makes and starts a container when one is asked for. */
export function createColdStart(open: OpenContainer): ContainerSource {
  const inLane = createLanes(LANES);
  return {
    take: ({ jobId, language, memoryMb, timeoutSeconds }) => {
      const lifeMs = timeoutSeconds * 1000 + DEADLINE_MARGIN_MS;
      return inLane(() => open({ jobId, language, memoryMb, lifeMs, waiting: null }));
    },
  };
}
