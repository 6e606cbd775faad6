import { afterAll, expect } from 'vitest';

/**
 * Vitest's set-up of every test file. A worker runs many files one after the other, so that what one of them leaves behind would be another's
 * failure, and which one's would depend on the order of that run.
 */

// Node's own fetch must be loaded before any copy of undici: whichever is first gives the whole process its connections,
// and undici 7 refuses the `content-length` that Node 20's fetch hands it twice when a caller has set one.
await fetch('data:,');

const before = processState();

afterAll(() => {
  expect(processState(), 'what a file changes in its process it puts back').toEqual(before);
});

function processState() {
  return {
    environment: { ...process.env },
    workingDirectory: process.cwd(),
    umask: process.umask(),
    exitCode: process.exitCode,
    fetch: globalThis.fetch,
    dispatcher: Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1')),
    now: Date.now,
    signalHandlers: ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal)),
    errorHandlers: ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event)),
  };
}
