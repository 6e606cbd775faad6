import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContainerEngine, EngineError } from '../sandbox/container-engine.ts';
import { aptInstall } from './apt-install.ts';
import { findDebianSources } from './debian-sources.ts';
import type { ImageRecipe } from './image-recipe.ts';
import { findPrivilege } from './privilege.ts';
import { runCommand } from './run-command.ts';
import { type SetupOptions, type Unavailable, unavailable } from './step-result.ts';

const MMDEBSTRAP_LIMIT_MS = 600_000;
const UPDATE_LIMIT_MS = 180_000;
const MERGED_USR =
  'mkdir -p "$1/usr/bin" "$1/usr/sbin" "$1/usr/lib" "$1/usr/lib64" && for d in bin sbin lib lib64; do ln -s "usr/$d" "$1/$d"; done';

export interface BuildOptions extends SetupOptions {
  engine: ContainerEngine;
  recipe: ImageRecipe;
  /** Empty, and ours alone. Holds the Node binary as `node`, if the recipe has one. */
  workDir: string;
}

/** Makes the image from Debian's packages, without an image registry and without Docker until the last step. */
export async function buildFromDebian(options: BuildOptions): Promise<Unavailable | null> {
  const { recipe, workDir, engine, report } = options;
  const byDockerfile = 'let Docker reach an image registry';
  const privilege = await findPrivilege();
  if (privilege === null) return unavailable('only root can make a Debian file system', byDockerfile);
  let sources = await findDebianSources();
  if (sources.length === 0) {
    // apt tells only of mirrors whose lists it has, and those may never have been fetched, or been cleaned away.
    report('  refreshing the package lists');
    await runCommand([...privilege, 'apt-get', '-qq', 'update'], { limitMs: UPDATE_LIMIT_MS });
    sources = await findDebianSources();
  }
  if (sources.length === 0) return unavailable('apt here has no Debian mirror', byDockerfile);
  if (!existsSync('/usr/bin/mmdebstrap')) {
    const refused = await aptInstall(['mmdebstrap'], options);
    if (refused !== null) return refused;
  }

  const tarFile = join(workDir, 'rootfs.tar');
  const quoted = [join(recipe.folder, recipe.hook), recipe.folder, join(workDir, 'node')].map(quote);
  const built = await runCommand(
    [
      // In a mount namespace of its own: killed half-way, it would leave /proc and /sys mounted where we then delete.
      ...[...privilege, 'unshare', '--mount', '--propagation', 'private', 'env', `TMPDIR=${workDir}`],
      ...['mmdebstrap', '--mode=root', '--variant=extract', '--format=tar'],
      `--include=${recipe.packages.join(',')}`,
      `--setup-hook=${MERGED_USR}`,
      `--extract-hook=sh ${quoted[0]} "$1" ${quoted[1]} ${quoted[2]}`,
      ...['', tarFile, '-'],
    ],
    {
      limitMs: MMDEBSTRAP_LIMIT_MS,
      input: `${sources.join('\n')}\n`,
      onLine: (line) => {
        if (line.startsWith('I: ') && !line.includes('hook')) report(`  ${line.slice(3)}`);
      },
    },
  );
  if (!built.ok) return unavailable(`mmdebstrap failed: ${lastError(built.trouble)}`, byDockerfile);
  report('  loading it into Docker');
  return orUnavailable(
    engine.importImage(tarFile, { name: recipe.name, changes: ['ENV PATH=/usr/bin:/bin'] }),
  );
}

/** Makes the same image with the Dockerfile. Docker fetches the base image from its registry. */
export async function buildFromDockerfile(options: BuildOptions): Promise<Unavailable | null> {
  const { recipe, workDir, engine, report } = options;
  for (const file of recipe.files) await copyFile(join(recipe.folder, file), join(workDir, file));
  const onLine = (line: string) => {
    if (line.startsWith('Step ')) report(`  ${line}`);
  };
  return orUnavailable(
    engine.buildImage(workDir, {
      ...{ name: recipe.name, dockerfile: recipe.dockerfile, onLine },
      files: [...recipe.files, ...(recipe.node ? ['node'] : [])],
    }),
  );
}

async function orUnavailable(work: Promise<void>): Promise<Unavailable | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return unavailable(error.message, 'let Docker reach an image registry, or use a Debian machine as root');
  }
}

function quote(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

function lastError(text: string): string {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => line.startsWith('E: ')) ?? lines.at(-1) ?? '';
}
