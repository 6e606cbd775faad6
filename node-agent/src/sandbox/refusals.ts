import type { FailedExecution } from './execute-task.ts';

/** What this node does not take, whatever its program: another node may. */
export function overLimits(what: string): FailedExecution {
  const message = `This node refuses the job: ${what}.`;
  return { kind: 'failed', reason: 'over_limits', retryable: true, message };
}

export function closed(): FailedExecution {
  return { kind: 'failed', reason: 'closed', retryable: true, message: 'The sandbox is closed.' };
}
