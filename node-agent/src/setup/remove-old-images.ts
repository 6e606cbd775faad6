import { type ContainerEngine, EngineError } from '../sandbox/container-engine.ts';
import type { Report } from './step-result.ts';

// Another node on this machine may be of the version before, and needs its image until it has been brought up to date as well.
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** Removes images that earlier recipes of `current` made more than a week ago, unless a container is made of them. */
export async function removeOldImages(
  engine: Pick<ContainerEngine, 'listImages' | 'removeImage'>,
  current: string,
  { report, now }: { report: Report; now: number },
): Promise<void> {
  const [repository = ''] = current.split(':');
  for (const { name, createdAtMs } of await engine.listImages(repository)) {
    if (name === current || now - createdAtMs < KEPT_MS) continue;
    try {
      await engine.removeImage(name);
      report(`removed ${name}, which an earlier version made`);
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind !== 'conflict') throw error;
    }
  }
}
