import type { Isolation } from '@watt/shared';
import type { JobContainer } from './job-container.ts';
import type { Language } from './languages.ts';

export interface ContainerNeed {
  jobId: string;
  language: Language;
  memoryMb: number;
  timeoutSeconds: number;
  /** Whether an interpreter that already waits could take the job over. */
  canResume: boolean;
}

/** A container that waits for its one job. Whoever took it gives it back, used or not; it is never used again. */
export interface TakenContainer {
  container: JobContainer;
  /** Id of its image. */
  image: string;
  runtime: string;
  isolation: Isolation;
  /** The language whose interpreter waits in it. */
  waiting: Language | null;
  isWarm: boolean;
  release(): Promise<void>;
}

/** Where containers come from: made when they are asked for, or kept ready in a pool. */
export interface ContainerSource {
  /** Fails with an `EngineError`. */
  take(need: ContainerNeed): Promise<TakenContainer>;
}
