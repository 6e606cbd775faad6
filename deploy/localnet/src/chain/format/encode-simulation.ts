import type { Vm } from '../vm.ts';

export interface SimulationExtras {
  /** In the order asked for; null where none were asked for. */
  readonly accounts: readonly unknown[] | null;
  readonly innerInstructions: readonly unknown[] | null;
  readonly replacementBlockhash: { blockhash: string; lastValidBlockHeight: number } | null;
}

export const NO_EXTRAS: SimulationExtras = {
  accounts: null,
  innerInstructions: null,
  replacementBlockhash: null,
};

/** What `simulateTransaction` answers, and what a failed preflight carries as `data`. */
export function encodeSimulation(
  outcome: ReturnType<Vm['simulate']>,
  extras: SimulationExtras,
): Record<string, unknown> {
  return {
    err: outcome.error,
    logs: outcome.logs,
    accounts: extras.accounts,
    unitsConsumed: outcome.unitsConsumed,
    returnData: outcome.returnData,
    innerInstructions: extras.innerInstructions,
    replacementBlockhash: extras.replacementBlockhash,
  };
}
