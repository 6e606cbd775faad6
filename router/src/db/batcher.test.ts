import { describe, expect, it } from 'vitest';
import { BatcherFullError, createBatcher } from './batcher.ts';

/** A batcher whose batches end when the test says so. */
function held(options: { maxItems?: number; concurrency?: number; maxWaiting?: number } = {}) {
  const batches: { items: number[]; end: (results?: number[]) => void; fail: (error: Error) => void }[] = [];
  const batcher = createBatcher<number, number>({
    maxItems: 3,
    concurrency: 1,
    maxWaiting: 10,
    ...options,
    run: (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, end: (results = items.map((n) => n * 10)) => resolve(results), fail: reject });
      }),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { batcher, batches, turn };
}

describe('createBatcher', () => {
  it('puts the calls of one turn into one batch, and answers each with its own result', async () => {
    const { batcher, batches, turn } = held();
    const results = Promise.all([1, 2, 3].map((n) => batcher.add(n)));
    await turn();
    expect(batches.map((batch) => batch.items)).toEqual([[1, 2, 3]]);
    batches[0]?.end();
    expect(await results).toEqual([10, 20, 30]);
  });

  it('gathers the next batch while one runs, up to its size', async () => {
    const { batcher, batches, turn } = held();
    const first = batcher.add(1);
    await turn();
    const others = [2, 3, 4, 5].map((n) => batcher.add(n));
    await turn();
    expect(batches).toHaveLength(1);
    batches[0]?.end();
    await first;
    await turn();
    expect(batches[1]?.items).toEqual([2, 3, 4]);
    batches[1]?.end();
    await turn();
    expect(batches[2]?.items).toEqual([5]);
    batches[2]?.end();
    expect(await Promise.all(others)).toEqual([20, 30, 40, 50]);
  });

  it('runs as many batches at once as it may', async () => {
    const { batcher, batches, turn } = held({ concurrency: 2, maxItems: 1 });
    const all = [1, 2, 3].map((n) => batcher.add(n));
    await turn();
    expect(batches.map((batch) => batch.items)).toEqual([[1], [2]]);
    for (let i = 0; i < 3; i += 1) {
      batches[i]?.end();
      await turn();
    }
    expect(await Promise.all(all)).toEqual([10, 20, 30]);
  });

  it('runs a failed batch again one by one, so that only the bad one fails', async () => {
    const runs: number[][] = [];
    const batcher = createBatcher<number, number>({
      maxItems: 5,
      concurrency: 1,
      maxWaiting: 10,
      run: async (items) => {
        runs.push(items);
        if (items.includes(2)) throw new Error('2 is bad');
        return items;
      },
    });
    const results = await Promise.allSettled([1, 2, 3].map((n) => batcher.add(n)));
    expect(results).toMatchObject([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: { message: '2 is bad' } },
      { status: 'fulfilled', value: 3 },
    ]);
    expect(runs).toEqual([[1, 2, 3], [1], [2], [3]]);
    await expect(batcher.add(4)).resolves.toBe(4);
  });

  it('refuses at once when too many wait, and takes more when they are through', async () => {
    const { batcher, batches, turn } = held({ maxWaiting: 2 });
    const running = batcher.add(1);
    await turn();
    const waiting = [batcher.add(2), batcher.add(3)];
    await expect(batcher.add(4)).rejects.toBeInstanceOf(BatcherFullError);
    batches[0]?.end();
    await running;
    await turn();
    batches[1]?.end();
    expect(await Promise.all(waiting)).toEqual([20, 30]);
    const later = batcher.add(5);
    await turn();
    batches[2]?.end();
    expect(await later).toBe(50);
  });

  it('is idle when nothing runs and nothing waits', async () => {
    const { batcher, batches, turn } = held();
    await batcher.idle();
    const work = batcher.add(1).catch(() => 'failed');
    let isIdle = false;
    const idle = batcher.idle().then(() => {
      isIdle = true;
    });
    await turn();
    expect(isIdle).toBe(false);
    batches[0]?.fail(new Error('no'));
    await turn();
    expect(isIdle).toBe(false);
    // A call that was alone is tried once more as well: what failed may have been the moment.
    batches[1]?.fail(new Error('no again'));
    await idle;
    expect(await work).toBe('failed');
  });
});
