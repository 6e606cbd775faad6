import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Raised when an old image must not be used for a reason that its recipe does not show. */
const RECIPE_VERSION = 1;

export const RECIPE_FILES = [
  'Dockerfile',
  'debian-hook.sh',
  'finish-rootfs.sh',
  'node-binary.json',
  'packages.txt',
  'python-packages.txt',
  'supervisor.c',
  'unpack-python-packages.sh',
  'wait.cjs',
] as const;

export type NodeArch = 'x64' | 'arm64';

export interface ImageRecipe {
  folder: string;
  /** Name and tag. The tag is made from the recipe: another recipe is another image. */
  name: string;
  arch: NodeArch;
  packages: string[];
  node: { version: string; package: string; integrity: string };
}

interface NodeBinaryFile {
  version: string;
  packages: Record<NodeArch, { name: string; integrity: string }>;
}

/** The recipe of `images/sandbox` for one processor architecture. */
export function readImageRecipe(arch: NodeArch): ImageRecipe {
  const folder = fileURLToPath(new URL('../../images/sandbox/', import.meta.url));
  const hash = createHash('sha256').update(arch);
  const texts = new Map<string, string>();
  for (const file of RECIPE_FILES) {
    const text = readFileSync(join(folder, file), 'utf8');
    texts.set(file, text);
    hash.update(`\0${file}\0${text}`);
  }
  const pinned = JSON.parse(texts.get('node-binary.json') ?? '{}') as NodeBinaryFile;
  const { name, integrity } = pinned.packages[arch];
  return {
    folder,
    name: `watt-sandbox:${RECIPE_VERSION}-${hash.digest('hex').slice(0, 12)}`,
    arch,
    packages: (texts.get('packages.txt') ?? '').split('\n').filter((line) => line !== ''),
    node: { version: pinned.version, package: name, integrity },
  };
}

/** Our name for the architecture in an engine's platform (`linux/x86_64`), or null if the recipe has none for it. */
export function toNodeArch(platform: string): NodeArch | null {
  const [, machine = ''] = platform.split('/');
  if (machine === 'x86_64' || machine === 'amd64') return 'x64';
  if (machine === 'aarch64' || machine === 'arm64') return 'arm64';
  return null;
}
