import type { Logger } from 'pino';
import type { ProcessMemory } from './group-memory.ts';

const LOOK_EVERY_MS = 500;

interface WatchOptions {
  /** Reads what Chromium's processes have. */
  readMemory: () => ProcessMemory[];
  /** What one process may have. */
  maxMb: number;
  logger: Logger;
}

/** Kills whichever of Chromium's processes grows beyond its share; a renderer takes its own page along and no other. Returns how to stop. */
export function watchMemory({ readMemory, maxMb, logger }: WatchOptions): () => void {
  const look = () => {
    const grown = readMemory().filter(({ memoryMb }) => memoryMb > maxMb);
    for (const { pid, memoryMb } of grown) {
      logger.warn(
        { pid, memoryMb: Math.round(memoryMb) },
        'a page needs too much memory; killing its renderer',
      );
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        logger.debug({ err: error, pid }, 'the renderer was gone before it was killed');
      }
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
