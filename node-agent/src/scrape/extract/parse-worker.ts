import { getHeapStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { type ParseJob, runParseJob } from './parse-job.ts';

const MIB = 1024 * 1024;

/** A parser thread's whole program: one job in, one answer out. */
parentPort?.on('message', (job: ParseJob) => {
  const answer = runParseJob(job);
  parentPort?.postMessage({ ...answer, heapMb: getHeapStatistics().total_physical_size / MIB });
});
