import type { Duplex } from 'node:stream';
import type { ContainerEngine } from './container-engine.ts';
import type { ContainerSpec } from './container-spec.ts';

/** Creates, attaches, then starts: attached later, the first output could be lost. `wire` gets the stdio before anything is in it. */
export async function startContainer<C>(
  engine: ContainerEngine,
  name: string,
  spec: ContainerSpec,
  wire: (id: string, stdio: Duplex) => C,
): Promise<C> {
  try {
    const id = await engine.create(name, spec);
    const stdio = await engine.attach(id);
    const container = wire(id, stdio);
    try {
      await engine.start(id);
    } catch (error) {
      stdio.destroy();
      throw error;
    }
    return container;
  } catch (error) {
    // By name: a create that ran into its limit may yet have made the container.
    await engine.remove(name).catch(() => {}); // the sweep finds what this could not
    throw error;
  }
}
