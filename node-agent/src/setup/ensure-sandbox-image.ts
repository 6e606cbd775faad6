import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContainerEngine, EngineError } from '../sandbox/container-engine.ts';
import { type BuildOptions, buildFromDebian, buildFromDockerfile } from './build-image.ts';
import { withFileLock } from './file-lock.ts';
import { freeDiskMb } from './free-disk.ts';
import { type ImageRecipe, type NodeArch, readImageRecipe, toNodeArch } from './image-recipe.ts';
import { fetchNodeBinary } from './node-binary.ts';
import { removeOldImages } from './remove-old-images.ts';
import { type SetupOptions, type StepResult, type Unavailable, unavailable } from './step-result.ts';

const LOCK_LIMIT_MS = 900_000;
const WORK_PREFIX = 'image-build-';

export interface SandboxImage {
  /** Name and tag, for `createSandbox`. */
  name: string;
  id: string;
}

/**
 * Makes sure that Docker has the sandbox image of this version. Safe to be killed at any moment, and to be run twice at once:
 * the image gets its name in the last step, and what was half done is thrown away the next time.
 */
export async function ensureSandboxImage(
  engine: ContainerEngine,
  options: SetupOptions,
  readRecipe: (arch: NodeArch) => ImageRecipe = readImageRecipe,
): Promise<StepResult<SandboxImage>> {
  try {
    const { platform } = await engine.info();
    const arch = toNodeArch(platform);
    if (arch === null) {
      return unavailable(`there is no sandbox image for ${platform}`, 'use a 64-bit system on x86 or ARM');
    }
    const recipe = readRecipe(arch);
    await removeOldImages(engine, recipe.name, { report: options.report, now: Date.now() });
    const found = await findImage(engine, recipe.name, 'found');
    if (found !== null) return found;

    await mkdir(options.cacheDir, { recursive: true });
    const freeMb = await freeDiskMb(options.cacheDir);
    if (freeMb < recipe.diskMb) {
      const reason = `building the image ${recipe.name} needs ${recipe.diskMb} MB and ${options.cacheDir} has ${freeMb} MB`;
      return unavailable(reason, 'free some space');
    }
    const lock = join(options.cacheDir, 'image-build.lock');
    const built = await withFileLock(lock, LOCK_LIMIT_MS, () => build(engine, recipe, options));
    return built ?? unavailable('another process has been building the image for too long', `rm ${lock}`);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return unavailable(error.message, 'start Docker, then run the set-up again');
  }
}

async function build(
  engine: ContainerEngine,
  recipe: ImageRecipe,
  options: SetupOptions,
): Promise<StepResult<SandboxImage>> {
  // Whoever held the lock before us may have made it.
  const found = await findImage(engine, recipe.name, 'found');
  if (found !== null) return found;
  for (const name of await readdir(options.cacheDir)) {
    if (name.startsWith(WORK_PREFIX))
      await rm(join(options.cacheDir, name), { recursive: true, force: true });
  }

  const startedAt = performance.now();
  const workDir = await mkdtemp(join(options.cacheDir, WORK_PREFIX));
  try {
    options.report(`building the sandbox image ${recipe.name}`);
    const refused = await make({ ...options, engine, recipe, workDir });
    if (refused !== null) return refused;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const built = await findImage(engine, recipe.name, 'installed', `, built in ${seconds} s`);
    return built ?? unavailable('the image was built and is not there', 'run the set-up again');
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function make(options: BuildOptions): Promise<Unavailable | null> {
  const { recipe, workDir, report } = options;
  const { node } = recipe;
  const fetched = node && (await fetchNodeBinary({ ...recipe, node }, workDir, report));
  if (fetched?.state === 'unavailable') return fetched;
  const byDebian = await buildFromDebian(options);
  if (byDebian === null) return null;
  report(`not from Debian's packages (${byDebian.reason}); with the Dockerfile`);
  const byDockerfile = await buildFromDockerfile(options);
  return byDockerfile && unavailable(`${byDebian.reason}; ${byDockerfile.reason}`, byDockerfile.fix);
}

async function findImage(
  engine: ContainerEngine,
  name: string,
  state: 'found' | 'installed',
  how = '',
): Promise<StepResult<SandboxImage> | null> {
  const id = await engine.findImage(name);
  return id === null ? null : { state, detail: `${name}${how}`, value: { name, id } };
}
