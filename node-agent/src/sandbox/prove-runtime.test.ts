import { expect, it } from 'vitest';
import type { SandboxCapabilities } from './probe.ts';
import { proveRuntime } from './prove-runtime.ts';
import type { Sandbox } from './sandbox.ts';

function sandboxes(works: readonly string[]) {
  const closed: string[] = [];
  const create = async (runtime: string) => {
    const available = works.includes(runtime);
    const problems = available ? [] : [{ what: `${runtime} holds nothing`, fix: 'mend it' }];
    const probe = { available, problems, runtime } as unknown as SandboxCapabilities;
    const fake = { probe: async () => probe, close: async () => void closed.push(runtime) };
    return fake as unknown as Sandbox;
  };
  return { closed, create };
}

it.each([
  [['kata', 'runsc', 'runc'], 'kata', []],
  [['runsc', 'runc'], 'runsc', ['kata']],
  [['runc'], 'runc', ['kata', 'runsc']],
  [[], 'runc', ['kata', 'runsc']],
])('where %j work, it is %s', async (works, runtime, refused) => {
  const { closed, create } = sandboxes(works);
  const proven = await proveRuntime(['kata', 'runsc', 'runc'], create);
  expect(proven.probe.runtime).toBe(runtime);
  expect(proven.probe.available).toBe(works.length > 0);
  expect(proven.refused.map((one) => one.runtime)).toEqual(refused);
  expect(closed).toEqual(refused);
});
