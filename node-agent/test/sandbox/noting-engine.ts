import type { ContainerEngine } from '../../src/sandbox/container-engine.ts';
import { docker } from './real-sandbox.ts';

/** This machine's engine, and the ids of the containers that were made through it. */
export function notingEngine(): { engine: ContainerEngine; containers: ReadonlySet<string> } {
  const containers = new Set<string>();
  const engine: ContainerEngine = {
    ...docker,
    async create(name, spec) {
      const id = await docker.create(name, spec);
      containers.add(id);
      return id;
    },
  };
  return { engine, containers };
}
