import { existsSync } from 'node:fs';
import { findPrivilege } from './privilege.ts';
import { runCommand } from './run-command.ts';
import { type SetupOptions, type Unavailable, unavailable } from './step-result.ts';

const INSTALL_LIMIT_MS = 600_000;
const UPDATE_LIMIT_MS = 180_000;
const LOCK_LIMIT_SECONDS = 120;

/** Installs Debian packages. Null when they are there; else why not, and the command for a person to run. */
export async function aptInstall(
  packages: readonly string[],
  options: Pick<SetupOptions, 'allowInstall' | 'report'>,
): Promise<Unavailable | null> {
  const names = packages.join(' ');
  const byHand = `sudo apt-get update && sudo apt-get install -y ${names}`;
  if (!existsSync('/usr/bin/apt-get'))
    return unavailable(`${names} cannot be installed: no apt here`, `install ${names}`);
  if (!options.allowInstall) return unavailable(`${names} may not be installed by us`, byHand);
  const privilege = await findPrivilege();
  if (privilege === null) return unavailable(`${names} can only be installed by root`, byHand);

  const apt = (args: readonly string[], limitMs: number) =>
    runCommand([...privilege, 'env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8', ...args], {
      limitMs,
      onLine: (line) => options.report(`  ${line}`),
    });
  const install = [
    'apt-get',
    '-qq',
    '-y',
    '-o',
    `DPkg::Lock::Timeout=${LOCK_LIMIT_SECONDS}`,
    '-o',
    'Dpkg::Use-Pty=0',
  ];
  const attempt = () =>
    apt([...install, 'install', '--no-install-recommends', ...packages], INSTALL_LIMIT_MS);

  options.report(`installing ${names} with apt`);
  if ((await attempt()).ok) return null;
  // The usual reasons: lists that are old or were never fetched, or an installation that was killed half-way.
  options.report('that failed; refreshing the package lists, then once more');
  await apt(['dpkg', '--configure', '-a'], INSTALL_LIMIT_MS);
  await apt([...install, 'update'], UPDATE_LIMIT_MS);
  const second = await attempt();
  return second.ok
    ? null
    : unavailable(`apt could not install ${names}: ${lastLine(second.trouble)}`, byHand);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
