import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { whenGone } from '@watt/localnet';

const READY_LIMIT_MS = 60_000;

/** A part of a measurement that runs in a process of its own: told its task, it answers when it is ready, and stops when it is let go. */
export type Role<Task, Ready> = (task: Task) => Promise<{ ready: Ready; stop: () => Promise<void> }>;

export interface RoleProcess<Ready> {
  ready: Ready;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a role, by its name in `roles.ts`, in a child process that ends when it is stopped or this process is gone. */
export async function startRole<Task, Ready>(name: string, task: Task): Promise<RoleProcess<Ready>> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const child = fork(main, ['--role', name], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const said = firstMessage<Ready>(child, name);
    child.send({ task });
    const ready = await said;
    return {
      ready,
      pid: child.pid ?? 0,
      async stop() {
        if (child.connected) child.disconnect();
        await whenGone(child);
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function firstMessage<Ready>(child: ChildProcess, name: string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The process of ${name} was not ready within ${READY_LIMIT_MS / 1_000} s`)),
      READY_LIMIT_MS,
    );
    child.once('message', (message: { ready: Ready }) => {
      clearTimeout(timer);
      resolve(message.ready);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The process of ${name} ended with ${code} before it was ready`));
    });
  });
}
