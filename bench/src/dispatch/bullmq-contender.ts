import { createJobId } from '@watt/shared';
import { Queue, QueueEvents } from 'bullmq';
import type { Contender } from '../contender.ts';
import { startRedis } from '../redis.ts';
import { startRole } from '../role-process.ts';
import type { BullmqWorkerTask } from './bullmq-worker.ts';
import { HELLO_BODY } from './hello-body.ts';

export const QUEUE = 'dispatch';
const ANSWER_LIMIT_MS = 30_000;

/** BullMQ's round trip: add a job, a worker in another process answers at once, wait until it is finished. No HTTP, no signatures, no money. */
export async function startBullmq(options: {
  name: string;
  concurrency: number;
  log: (line: string) => void;
}): Promise<Contender> {
  const { name, concurrency, log } = options;
  const redis = await startRedis(log);
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null };
  const worker = await startRole<BullmqWorkerTask, null>('bullmq-worker', { port: redis.port, concurrency });
  const queue = new Queue(QUEUE, { connection });
  const events = new QueueEvents(QUEUE, { connection });
  // Each call under way listens to both.
  events.setMaxListeners(0);
  queue.setMaxListeners(0);
  await events.waitUntilReady();
  return {
    name,
    async call() {
      const job = await queue.add('execute', HELLO_BODY, { jobId: createJobId(), removeOnComplete: 10_000 });
      await job.waitUntilFinished(events, ANSWER_LIMIT_MS);
    },
    async stop() {
      await Promise.all([events.close(), queue.close()]);
      await worker.stop();
      await redis.stop();
    },
  };
}
