import type { Language } from '../languages.ts';

export interface PoolSettings {
  /** Memory that containers which wait may take together. */
  budgetMb: number;
  /** Memory sizes of jobs for which containers are kept. */
  tiersMb: readonly number[];
  /** Kept whatever the demand, as far as the budget goes; the first are the most important. */
  base: readonly { language: Language; memoryMb: number }[];
  /** Of one language and size. */
  maxEach: number;
  /** A container that was not needed for this long is replaced by a fresh one. */
  maxIdleMs: number;
}

/** The sizes of the price table. */
const TIERS_MB = [128, 256, 512];
const BASE = (['python', 'javascript', 'bash'] as const).map((language) => ({ language, memoryMb: 256 }));
const MAX_BUDGET_MB = 768;
/** A Raspberry Pi with 1 GB keeps two containers, one with 4 GB keeps seven. */
const SHARE_OF_MEMORY = 1 / 16;

export function poolSettings(machine: { memoryMb: number }): PoolSettings {
  return {
    budgetMb: Math.min(MAX_BUDGET_MB, Math.floor(machine.memoryMb * SHARE_OF_MEMORY)),
    tiersMb: TIERS_MB,
    base: BASE,
    maxEach: 32,
    maxIdleMs: 30 * 60_000,
  };
}
