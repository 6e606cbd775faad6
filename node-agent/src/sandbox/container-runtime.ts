import type { Isolation } from '@watt/shared';

/** Strongest first: a machine of its own, then a kernel of its own, then a shared kernel. */
const ISOLATION: ReadonlyMap<string, Isolation> = new Map([
  ['kata', 'vm'],
  ['kata-runtime', 'vm'],
  ['io.containerd.kata.v2', 'vm'],
  ['runsc', 'gvisor'],
  ['io.containerd.runsc.v1', 'gvisor'],
  ['runc', 'container'],
  ['io.containerd.runc.v2', 'container'],
]);

/** The strongest of the runtimes that the host's engine has registered; its default where we know none of them. */
export function chooseRuntime(runtimes: readonly string[], defaultRuntime: string): string {
  return rankRuntimes(runtimes, defaultRuntime)[0];
}

/** One registered runtime of each isolation, strongest first; the engine's default where we know none of them. */
export function rankRuntimes(runtimes: readonly string[], defaultRuntime: string): [string, ...string[]] {
  const known = [...ISOLATION.keys()].filter((name) => runtimes.includes(name));
  const [first = defaultRuntime, ...others] = known.filter(
    (name, at) => known.findIndex((other) => isolationOf(other) === isolationOf(name)) === at,
  );
  return [first, ...others];
}

/** What a runtime puts between a program and the machine. One that we do not know counts for the least. */
export function isolationOf(runtime: string): Isolation {
  return ISOLATION.get(runtime) ?? 'container';
}
