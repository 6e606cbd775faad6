import type { Duplex } from 'node:stream';
import type { ContainerEngine } from './container-engine.ts';

/** What can be done to a started container, whatever runs in it. */
export interface ContainerHandle {
  readonly id: string;
  /** Ends its stdin, at which the supervisor ends what runs: sooner than the engine gets to a kill. */
  letGo(): void;
  kill(): Promise<void>;
  /** Ends whatever runs in it and removes it. */
  discard(): Promise<void>;
}

export function containerHandle(engine: ContainerEngine, id: string, stdio: Duplex): ContainerHandle {
  return {
    id,
    letGo() {
      stdio.end();
    },
    kill: () => engine.kill(id),
    async discard() {
      stdio.destroy();
      await engine.remove(id);
    },
  };
}
