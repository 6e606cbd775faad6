import { expect } from 'vitest';

/** `expect.poll`, under the name that reads best. */
export function eventually<T>(read: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read);
}
