/** Strongest first: a machine of its own, then a kernel of its own, then a shared kernel. */
const PREFERENCE = [
  'kata',
  'kata-runtime',
  'io.containerd.kata.v2',
  'runsc',
  'io.containerd.runsc.v1',
  'runc',
  'io.containerd.runc.v2',
];

/** The strongest of the runtimes that the host's engine has registered; its default where we know none of them. */
export function chooseRuntime(runtimes: readonly string[], defaultRuntime: string): string {
  return PREFERENCE.find((name) => runtimes.includes(name)) ?? defaultRuntime;
}
