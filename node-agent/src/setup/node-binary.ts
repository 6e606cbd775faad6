import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageRecipe } from './image-recipe.ts';
import { runCommand } from './run-command.ts';
import { type Report, type Unavailable, unavailable } from './step-result.ts';

/** A recipe that has a Node. */
export type NodeRecipe = ImageRecipe & { node: NonNullable<ImageRecipe['node']> };

const PACK_LIMIT_MS = 180_000;
const UNPACK_LIMIT_MS = 60_000;
/** What the image has. A Node that needs more than these would not start in it. */
const LIBRARIES_IN_IMAGE = /^(linux-vdso|ld-linux|libc|libm|libdl|libpthread|librt|libgcc_s|libstdc\+\+)[-.]/;

/**
 * Puts the Node binary that the recipe pins into `folder`, from the npm registry that this machine is configured for. Where
 * that fails, the Node that runs us will do, if it is of the same major version and architecture and a plain binary.
 */
export async function fetchNodeBinary(
  recipe: NodeRecipe,
  folder: string,
  report: Report,
): Promise<{ state: 'fetched'; path: string } | Unavailable> {
  const path = join(folder, 'node');
  const scratch = await mkdtemp(join(folder, 'npm-'));
  try {
    const trouble = await packFromNpm(recipe, scratch, report);
    if (trouble === null) {
      await rename(join(scratch, 'package/bin/node'), path);
    } else if (await isOwnNodePlain(recipe)) {
      report(`${trouble}; taking this machine's own Node ${process.version}`);
      await copyFile(process.execPath, path);
    } else {
      return unavailable(trouble, `npm pack ${recipe.node.package}@${recipe.node.version}`);
    }
    await chmod(path, 0o755);
    return { state: 'fetched', path };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Null when the binary was unpacked, else what went wrong. */
async function packFromNpm({ node }: NodeRecipe, scratch: string, report: Report): Promise<string | null> {
  report(`fetching Node ${node.version} for the image (${node.package}, 41 MB)`);
  const wanted = `${node.package}@${node.version}`;
  const packed = await runCommand(['npm', 'pack', '--silent', '--pack-destination', scratch, wanted], {
    limitMs: PACK_LIMIT_MS,
  });
  const archive = (await readdir(scratch)).find((name) => name.endsWith('.tgz'));
  if (!packed.ok || archive === undefined) return `npm could not fetch ${wanted}`;
  const file = join(scratch, archive);
  const digest = createHash('sha512')
    .update(await readFile(file))
    .digest('base64');
  if (`sha512-${digest}` !== node.integrity) return `${wanted} is not what the recipe pins`;
  const unpacked = await runCommand(['tar', '-xzf', file, '-C', scratch, 'package/bin/node'], {
    limitMs: UNPACK_LIMIT_MS,
  });
  return unpacked.ok ? null : `${wanted} could not be unpacked: ${unpacked.trouble}`;
}

async function isOwnNodePlain({ node, arch }: NodeRecipe): Promise<boolean> {
  const sameMajor = process.version.split('.')[0] === `v${node.version.split('.')[0]}`;
  if (process.platform !== 'linux' || process.arch !== arch || !sameMajor) return false;
  const linked = await runCommand(['ldd', process.execPath], { limitMs: 10_000 });
  const libraries = linked.stdout
    .split('\n')
    .map((line) => line.trim().split(/\s/)[0]?.split('/').at(-1) ?? '');
  return linked.ok && libraries.every((name) => name === '' || LIBRARIES_IN_IMAGE.test(name));
}
