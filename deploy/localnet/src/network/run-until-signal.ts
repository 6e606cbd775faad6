import { once } from 'node:events';

/** Opens something, waits for SIGINT or SIGTERM, and closes it. */
export async function runUntilSignal(open: () => Promise<{ close(): Promise<void> }>): Promise<void> {
  const ended = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const opened = await open();
  await ended;
  await opened.close();
}
