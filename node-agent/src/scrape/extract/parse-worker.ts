import { parentPort } from 'node:worker_threads';
import { type ParseJob, runParseJob } from './parse-job.ts';

/** A parser thread's whole program: one job in, one answer out. */
parentPort?.on('message', (job: ParseJob) => {
  parentPort?.postMessage(runParseJob(job));
});
