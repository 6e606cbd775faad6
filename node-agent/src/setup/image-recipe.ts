import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Raised when an old image must not be used for a reason that its recipe does not show. */
const RECIPE_VERSION = 1;

const CORE_FILES = [
  'Dockerfile',
  'build-supervisor.sh',
  'debian-hook.sh',
  'finish-rootfs.sh',
  'kernel.cjs',
  'kernel.py',
  'measuring.h',
  'node-binary.json',
  'packages.txt',
  'python-packages.txt',
  'session.c',
  'supervising.h',
  'supervisor.c',
  'unpack-python-packages.sh',
  'wait.cjs',
] as const;

const MORE_FILES = [
  'build-supervisor.sh',
  'finish-more.sh',
  'measuring.h',
  'more-hook.sh',
  'more-packages.txt',
  'more.Dockerfile',
  'supervising.h',
  'supervisor.c',
] as const;

export type NodeArch = 'x64' | 'arm64';

export interface ImageRecipe {
  folder: string;
  /** Name and tag. The tag is made from the recipe: another recipe is another image. */
  name: string;
  arch: NodeArch;
  /** What it is made of, in the folder. */
  files: readonly string[];
  packages: string[];
  /** Script in the folder that makes the unpacked packages into the image. */
  hook: string;
  /** The other way, for `docker build`. */
  dockerfile: string;
  /** Mebibytes that building it takes: what is fetched, the unpacked system, its archive, and Docker's copy. */
  diskMb: number;
  /** Null where the image needs no Node. */
  node: { version: string; package: string; integrity: string } | null;
}

interface NodeBinaryFile {
  version: string;
  packages: Record<NodeArch, { name: string; integrity: string }>;
}

const FOLDER = fileURLToPath(new URL('../../images/sandbox/', import.meta.url));

/** The recipe of the image with Python, Node and Bash for one processor architecture. */
export function readImageRecipe(arch: NodeArch): ImageRecipe {
  const { texts, tag } = readFiles(CORE_FILES, arch);
  const pinned = JSON.parse(texts.get('node-binary.json') ?? '{}') as NodeBinaryFile;
  const { name, integrity } = pinned.packages[arch];
  return {
    ...{ folder: FOLDER, files: CORE_FILES, name: `watt-sandbox:${tag}`, arch, diskMb: 2_000 },
    ...{ hook: 'debian-hook.sh', dockerfile: 'Dockerfile' },
    packages: lines(texts.get('packages.txt')),
    node: { version: pinned.version, package: name, integrity },
  };
}

/** The recipe of the image with more languages. */
export function readMoreRecipe(arch: NodeArch): ImageRecipe {
  const { texts, tag } = readFiles(MORE_FILES, arch);
  return {
    ...{ folder: FOLDER, files: MORE_FILES, name: `watt-sandbox-more:${tag}`, arch, diskMb: 6_000 },
    ...{ hook: 'more-hook.sh', dockerfile: 'more.Dockerfile' },
    packages: lines(texts.get('more-packages.txt')),
    node: null,
  };
}

function readFiles(files: readonly string[], arch: NodeArch): { texts: Map<string, string>; tag: string } {
  const hash = createHash('sha256').update(arch);
  const texts = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    texts.set(file, text);
    hash.update(`\0${file}\0${text}`);
  }
  return { texts, tag: `${RECIPE_VERSION}-${hash.digest('hex').slice(0, 12)}` };
}

function lines(text = ''): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Our name for the architecture in an engine's platform (`linux/x86_64`), or null if the recipe has none for it. */
export function toNodeArch(platform: string): NodeArch | null {
  const [, machine = ''] = platform.split('/');
  if (machine === 'x86_64' || machine === 'amd64') return 'x64';
  if (machine === 'aarch64' || machine === 'arm64') return 'arm64';
  return null;
}
