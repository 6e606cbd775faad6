import { type BaseUnits, parseWatt } from '@watt/shared';

/** One step of the volume discounts. */
export interface BulkDiscount {
  /** From what was captured for a wallet in the last 30 days on, in base units. */
  from: BaseUnits;
  /** Off the list price, in basis points. */
  bps: number;
}

const STEP = /^([\d.]+):(\d{1,5})$/;
const MAX_STEPS = 20;
// A free job would be no payment at all.
const MAX_BPS = 9000;

/** Reads `10000:500,100000:1000`: WATT, and basis points. Returns the steps from the smallest; throws with every fault named. */
export function parseBulkDiscounts(text: string): BulkDiscount[] {
  const faults: string[] = [];
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length > MAX_STEPS) faults.push(`has more than ${MAX_STEPS} steps`);
  const steps = parts.flatMap((part): BulkDiscount[] => {
    const [, watt = '', bps = ''] = STEP.exec(part) ?? [];
    const from = parseWatt(watt);
    if (from === null) faults.push(`"${part}" is not WATT:BASIS_POINTS`);
    else if (from === 0n) faults.push(`"${part}" begins at 0: lower the prices instead`);
    else if (Number(bps) < 1 || Number(bps) > MAX_BPS)
      faults.push(`"${part}" must give 1 to ${MAX_BPS} basis points`);
    else return [{ from, bps: Number(bps) }];
    return [];
  });
  steps.sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    if (before && before.from === step.from) faults.push('has two steps that begin at the same volume');
    else if (before && before.bps >= step.bps) faults.push('gives less for more volume');
  }
  if (faults.length > 0) throw new Error(faults.join('; '));
  return steps;
}
