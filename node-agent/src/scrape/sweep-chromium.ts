import { chmod, lstat, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const PREFIX = 'watt-chromium-';
const PROFILE = 'profile';
const PLAYWRIGHTS = 'playwright_chromiumdev_profile-';
const RETRY_MS = 100;
/** Whoever Chromium runs as may go through to its home, and see nothing else. */
const THROUGH_ONLY = 0o711;

/** What one Chromium writes. Its name says which process it belongs to, for `sweepChromium`. */
export interface ChromiumFolder {
  path: string;
  /** Chromium's own, whoever it runs as. */
  home: string;
  /** Playwright's. */
  artifacts: string;
}

export async function makeChromiumFolder(folder = tmpdir(), pid = process.pid): Promise<ChromiumFolder> {
  const path = await mkdtemp(join(folder, `${PREFIX}${pid}-`));
  const made = { path, home: join(path, 'home'), artifacts: join(path, 'artifacts') };
  await chmod(path, THROUGH_ONLY);
  await mkdir(made.home, { mode: 0o700 });
  await mkdir(made.artifacts, { mode: 0o700 });
  return made;
}

/** Notes the profile that Playwright made elsewhere, as it always does: without the note nobody could say whose it was. */
export async function noteProfile({ path }: ChromiumFolder, profile: string): Promise<void> {
  await symlink(profile, join(path, PROFILE));
}

/** Whose files may be a node's: its own user's, and those of the user that Chromium runs as, who may be the same. */
export interface ChromiumOwners {
  nodeUid: number;
  chromiumUid: number;
}

/** Removes what Chromiums of nodes that were killed left in `folder`, and nothing of anybody else; returns how many there were. */
export async function sweepChromium(
  { nodeUid, chromiumUid }: ChromiumOwners,
  folder = tmpdir(),
): Promise<number> {
  const either = [nodeUid, chromiumUid];
  let removed = 0;
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(PREFIX)
      ? Number(/^\d+(?=-)/.exec(name.slice(PREFIX.length))?.[0])
      : Number.NaN;
    const path = join(folder, name);
    // Anybody may make such a name here, as a link or to have something removed.
    if (!Number.isInteger(pid) || isAlive(pid) || !(await isFolderOf(path, either))) continue;
    // The word of a folder that is not the node's own could be a page's.
    const profile = (await isFolderOf(path, [nodeUid])) ? await readProfile(path) : null;
    const isPlaywrights = profile?.startsWith(join(folder, PLAYWRIGHTS)) === true;
    if (isPlaywrights && dirname(profile) === folder && (await isFolderOf(profile, either))) {
      await removeFolder(profile);
    }
    await removeFolder(path);
    removed += 1;
  }
  return removed;
}

/** Also one that somebody else is removing, or still writing to. */
export function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: RETRY_MS });
}

function readProfile(path: string): Promise<string | null> {
  return readlink(join(path, PROFILE)).catch(() => null);
}

async function isFolderOf(path: string, owners: readonly number[]): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found?.isDirectory() === true && owners.includes(found.uid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
