import type { Role } from './role-process.ts';

/** The child's side: plays the role until the parent lets go or is gone. */
export function playRole<Task, Ready>(role: Role<Task, Ready>): void {
  // Ctrl-C reaches every process of the group; only the parent decides on it.
  process.on('SIGINT', () => {});
  process.once('message', ({ task }: { task: Task }) => {
    const playing = role(task);
    process.once('disconnect', () => {
      playing.then(({ stop }) => stop()).catch(fail);
    });
    playing.then(({ ready }) => process.send?.({ ready })).catch(fail);
  });
}

function fail(error: unknown): void {
  process.exitCode = 1;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  if (process.connected) process.disconnect();
}
