import type { Capabilities } from '@watt/shared';
import type { ExecuteOutcome, ExecuteTask, OutputListener } from '../sandbox/execute-task.ts';
import type { StartKernel } from '../sandbox/session/kernel-task.ts';
import type { ScrapeOutcome, ScrapeTask } from '../scrape/scrape-task.ts';

/** Something this node was to do and cannot, with what would mend it. */
export interface WorkerProblem {
  what: string;
  fix: string;
}

/** What does the work, as far as it was tried on this machine. A capability is declared only where its function is there. */
export interface Workers {
  capabilities: Capabilities;
  problems: readonly WorkerProblem[];
  /** Never throws for an expected outcome; ends early when the signal aborts. */
  scrape?: (task: ScrapeTask, signal: AbortSignal) => Promise<ScrapeOutcome>;
  execute?: (
    task: ExecuteTask,
    signal: AbortSignal,
    onOutput?: OutputListener | undefined,
  ) => Promise<ExecuteOutcome>;
  startKernel?: StartKernel;
  close(): Promise<void>;
}
