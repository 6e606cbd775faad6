import type { ContainerSource } from './container-source.ts';
import type { OpenContainer } from './open-container.ts';

/** How long after its job's time-out a container may still be needed, at the most. */
export const DEADLINE_MARGIN_MS = 120_000;

/** Makes and starts a container when one is asked for. */
export function createColdStart(open: OpenContainer): ContainerSource {
  return {
    take: ({ jobId, language, memoryMb, timeoutSeconds }) => {
      const lifeMs = timeoutSeconds * 1000 + DEADLINE_MARGIN_MS;
      return open({ jobId, language, memoryMb, lifeMs, waiting: null });
    },
  };
}
