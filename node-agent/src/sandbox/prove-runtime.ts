import type { SandboxCapabilities } from './probe.ts';
import type { Sandbox } from './sandbox.ts';

export interface ProvenSandbox {
  sandbox: Sandbox;
  /** What the last runtime that was tried has shown; it may not be available either. */
  probe: SandboxCapabilities;
  /** Stronger runtimes behind which this host does not hold every limit. */
  refused: { runtime: string; problems: SandboxCapabilities['problems'] }[];
}

/**
 * Tries runtimes in their order until one holds every limit on this host: one that is registered may still not work. The sandboxes of
 * the others are closed; that of the last is given in any case.
 */
export async function proveRuntime(
  [runtime, ...weaker]: readonly [string, ...string[]],
  create: (runtime: string) => Promise<Sandbox>,
): Promise<ProvenSandbox> {
  const sandbox = await create(runtime);
  const probe = await sandbox.probe();
  const [next, ...others] = weaker;
  if (probe.available || next === undefined) return { sandbox, probe, refused: [] };
  await sandbox.close();
  const proven = await proveRuntime([next, ...others], create);
  return { ...proven, refused: [{ runtime, problems: probe.problems }, ...proven.refused] };
}
