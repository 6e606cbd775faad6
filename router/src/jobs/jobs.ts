/** The way into the jobs domain. */
export { type CompletedJob, completeJobs } from './complete.ts';
export { type EndedAttempt, endAttempt, type Failure, failQueuedJob } from './end-attempt.ts';
export { expireUnpaidJob, expireUnpaidJobs } from './expire.ts';
export { createJobReader, type JobReader } from './job-reader.ts';
export type { NewCopy } from './keep-copies.ts';
export { leaseJobs, type NewLease } from './lease.ts';
export { adoptJobs, claimAttempts, type LiveAttempt, type LiveJob } from './live-jobs.ts';
export {
  type JobRecord,
  loadQueuedJobs,
  type PastAttempt,
  pastAttempt,
  type QueuedJob,
} from './load.ts';
export {
  createOutputStreams,
  type OutputChunk,
  type OutputEvent,
  type OutputStreams,
} from './output-streams.ts';
export { queueParts } from './queue-paid.ts';
export { type NewJob, registerJobs } from './register.ts';
export {
  canDo,
  executeRequirement,
  type Requirement,
  requirementOf,
  SESSION_END_MS,
  scrapeRequirement,
  unservedMessage,
} from './requirement.ts';
export { type CopyHit, serveCopies } from './serve-copies.ts';
export { type AttemptMark, markClosed, markReady } from './session-marks.ts';
export { createWaiters, type Waiters } from './waiters.ts';
