import { runCommand } from './run-command.ts';

/** Words to put before a command so that it runs as root: none, or sudo's. Null where a person would have to be asked. */
export async function findPrivilege(): Promise<readonly string[] | null> {
  if (process.getuid?.() === 0) return [];
  const sudo = await runCommand(['sudo', '-n', 'true'], { limitMs: 5_000 });
  return sudo.ok ? ['sudo', '-n'] : null;
}
