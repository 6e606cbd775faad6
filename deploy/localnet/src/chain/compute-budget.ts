import type { CompiledInstruction } from './decode-transaction.ts';

const COMPUTE_BUDGET_PROGRAM = 'ComputeBudget111111111111111111111111111111';

const LAMPORTS_PER_SIGNATURE = 5000n;
const DEFAULT_UNITS_PER_INSTRUCTION = 200_000;
const MAX_UNITS = 1_400_000;
const MICRO = 1_000_000n;

const SET_UNIT_LIMIT = 2;
const SET_UNIT_PRICE = 3;

/** What a message asks for: units, and the price of each in micro-lamports. */
export function readComputeBudget(
  keys: readonly string[],
  instructions: readonly CompiledInstruction[],
): { unitLimit: number; unitPrice: bigint } {
  let unitLimit: number | null = null;
  let unitPrice = 0n;
  let others = 0;
  for (const { programIdIndex, data } of instructions) {
    if (keys[programIdIndex] !== COMPUTE_BUDGET_PROGRAM) {
      others += 1;
      continue;
    }
    const bytes = Buffer.from(data);
    if (bytes[0] === SET_UNIT_LIMIT && bytes.length >= 5) unitLimit = bytes.readUInt32LE(1);
    if (bytes[0] === SET_UNIT_PRICE && bytes.length >= 9) unitPrice = bytes.readBigUInt64LE(1);
  }
  return {
    unitLimit: Math.min(unitLimit ?? others * DEFAULT_UNITS_PER_INSTRUCTION, MAX_UNITS),
    unitPrice,
  };
}

/** The fee in lamports: 5000 a signature, plus units × price, rounded up. */
export function feeOf(signatures: number, budget: { unitLimit: number; unitPrice: bigint }): bigint {
  const priority = (BigInt(budget.unitLimit) * budget.unitPrice + MICRO - 1n) / MICRO;
  return LAMPORTS_PER_SIGNATURE * BigInt(signatures) + priority;
}
