import { describe, expect, it } from 'vitest';
import { queuedJob } from '../../test/harness/dispatch-fakes.ts';
import { JobQueue } from './job-queue.ts';
import { toWaiting, type WaitingJob } from './waiting-job.ts';

function waiting(memoryMb: number, queuedAt = 0): WaitingJob {
  return toWaiting(queuedJob({ memoryMb, queuedAt }));
}

describe('JobQueue', () => {
  it('has one line for each requirement, each in the order of arrival', () => {
    const queue = new JobQueue();
    const [small, large, later] = [waiting(128), waiting(512), waiting(128)];
    for (const job of [small, large, later]) queue.push(job);
    expect(queue.size).toBe(3);
    expect(queue.heads()).toEqual([small, large]);
    queue.delete(small);
    expect(queue.head(small.requirement.key)).toBe(later);
    queue.delete(later);
    expect(queue.head(small.requirement.key)).toBeUndefined();
    expect(queue.heads()).toEqual([large]);
    expect([queue.has(large.job.id), queue.has(later.job.id), queue.size]).toEqual([true, false, 1]);
  });

  it('lets lines take turns by who has waited longest', () => {
    const queue = new JobQueue();
    const [first, third, second] = [waiting(128, 10), waiting(128, 30), waiting(512, 20)];
    for (const job of [first, third, second]) queue.push(job);
    expect(queue.heads()).toEqual([first, second]);
    queue.delete(first);
    expect(queue.heads()).toEqual([second, third]);
  });

  it('has a job once, however often it comes', () => {
    const queue = new JobQueue();
    const one = waiting(128);
    queue.push(one);
    queue.push({ ...one });
    expect(queue.size).toBe(1);
    expect(queue.heads()).toHaveLength(1);
  });

  it('finds those who waited too long, in every line', () => {
    const queue = new JobQueue();
    const [old, young, oldToo] = [waiting(128, 10), waiting(128, 20), waiting(512, 5)];
    for (const job of [old, young, oldToo]) queue.push(job);
    expect(queue.filter(({ job }) => job.queuedAt < 20)).toEqual([old, oldToo]);
  });
});
