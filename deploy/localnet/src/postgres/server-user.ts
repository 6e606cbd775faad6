import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const USER = 'postgres';
const LIMIT_MS = 10_000;

/** How to run a program as the user that Postgres accepts. */
export interface ServerUser {
  /** Put before the program and its arguments; empty for an ordinary user. */
  prefix: string[];
  /** Gives a file or directory to that user. */
  own(path: string): Promise<void>;
}

/**
 * Postgres refuses to run as root. An ordinary user runs it as themself; root runs it as the user `postgres`, made if
 * missing. Where that user may not enter the directories on the way (a clone under /root), the server keeps the one
 * capability that opens them; it has no others. Throws an Error that says what to do when nothing works.
 */
export async function chooseServerUser(program: string, dataParent: string): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return { prefix: [], own: async () => {} };
  const { uid, gid } = await findOrCreateUser();
  const plain = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const opened = [
    ...plain,
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    // Without it the kernel takes the capability away in access(2), which Postgres asks before it starts a program.
    '--securebits=+no_setuid_fixup',
  ];
  const own = (path: string) => chown(path, uid, gid);
  for (const prefix of [plain, opened]) {
    if (await canRun(prefix, program, dataParent)) return { prefix, own };
  }
  throw new Error(
    `Postgres does not run as root, and the user “${USER}” cannot reach ${program} and ${dataParent}. ` +
      'Move the project to a directory that every user may enter (for example /srv), or run it as an ordinary user.',
  );
}

async function canRun(prefix: string[], program: string, dataParent: string): Promise<boolean> {
  const [command, ...args] = [
    ...prefix,
    'sh',
    '-c',
    'test -x "$1" && exec "$0" --version',
    program,
    dataParent,
  ];
  try {
    await run(command ?? 'sh', args, { timeout: LIMIT_MS });
    return true;
  } catch {
    // Whatever stopped it, this way of running does not work here and the next one is tried.
    return false;
  }
}

async function findOrCreateUser(): Promise<{ uid: number; gid: number }> {
  const known = await findUser();
  if (known) return known;
  await run(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER],
    {
      timeout: LIMIT_MS,
    },
  );
  const made = await findUser();
  if (!made) throw new Error(`The user “${USER}” could not be made; Postgres does not run as root`);
  return made;
}

async function findUser(): Promise<{ uid: number; gid: number } | null> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map((flag) => run('id', [flag, USER], { timeout: LIMIT_MS })),
    );
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  } catch {
    // id ends with 1 when there is no such user.
    return null;
  }
}
