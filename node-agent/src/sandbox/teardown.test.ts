import { expect, test } from 'vitest';
import { createTeardown } from './teardown.ts';

function setUp(maxWaiting: number) {
  let busy = true;
  const done: number[] = [];
  const teardown = createTeardown({ lanes: 1, maxWaiting, isBusy: () => busy, now: () => 0 });
  const add = (number: number) => teardown.add(async () => void done.push(number));
  return { add, done, teardown, rest: () => (busy = false) };
}

test('removals wait while a job is under way, and keep their order', async () => {
  const { add, done, rest } = setUp(9);
  const both = [add(1), add(2)];
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(done).toEqual([]);
  rest();
  await Promise.all(both);
  expect(done).toEqual([1, 2]);
});

test('more than may wait do not, and nothing does in a hurry', async () => {
  const { add, done, teardown } = setUp(1);
  const [first, second] = [add(1), add(2)];
  await first;
  expect(done).toEqual([1]);
  teardown.hurry();
  await second;
});

test('what fails, fails for whoever asked, and the next one goes on', async () => {
  const { teardown, add, rest } = setUp(9);
  rest();
  const broken = teardown.add(() => Promise.reject(new Error('stuck')));
  await expect(broken).rejects.toThrow('stuck');
  await add(1);
});
