import { Worker } from 'bullmq';
import type { Role } from '../role-process.ts';
import { QUEUE } from './bullmq-contender.ts';

export interface BullmqWorkerTask {
  port: number;
  concurrency: number;
}

/** Answers every job at once. */
export const bullmqWorker: Role<BullmqWorkerTask, null> = async ({ port, concurrency }) => {
  const worker = new Worker<{ code: string }, string>(QUEUE, async ({ data }) => data.code, {
    connection: { host: '127.0.0.1', port, maxRetriesPerRequest: null },
    concurrency,
  });
  await worker.waitUntilReady();
  return { ready: null, stop: () => worker.close() };
};
