import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

test('waits in line, in order, and leaves the line when called off', async () => {
  const slots = createSlots(1);
  const signal = new AbortController().signal;
  const order: string[] = [];
  const enter = async (name: string) => {
    const slot = await slots.acquire(signal);
    order.push(name);
    return slot;
  };
  const first = await slots.acquire(signal);
  const impatient = new AbortController();
  const second = enter('second');
  const gone = slots.acquire(impatient.signal);
  const third = enter('third');
  impatient.abort(new Error('no more time'));
  await expect(gone).rejects.toThrow('no more time');
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  expect(order).toEqual(['second', 'third']);
  await expect(slots.acquire(AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
});
