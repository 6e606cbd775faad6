import type { ContainerEngine } from '../sandbox/container-engine.ts';
import { ensureSandboxImage, type SandboxImage } from './ensure-sandbox-image.ts';
import { readMoreRecipe, toNodeArch } from './image-recipe.ts';
import type { SetupOptions, StepResult } from './step-result.ts';

/**
 * The image with more languages. It takes over a gigabyte and minutes to build, so that is done only where the operator asks for
 * it; one that is there already is found in any case. Null where there is none and none was asked for. Fails with an `EngineError`.
 */
export async function ensureMoreImage(
  engine: ContainerEngine,
  options: SetupOptions & { mayBuild: boolean },
): Promise<StepResult<SandboxImage> | null> {
  if (options.mayBuild) return ensureSandboxImage(engine, options, readMoreRecipe);
  const arch = toNodeArch((await engine.info()).platform);
  if (arch === null) return null;
  const { name } = readMoreRecipe(arch);
  const id = await engine.findImage(name);
  return id === null ? null : { state: 'found', detail: name, value: { name, id } };
}
