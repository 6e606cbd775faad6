import { AppError, type BaseUnits, formatWatt, parseWatt, wattNumber } from '@watt/shared';
import { fieldError } from './validate.ts';

/** Reads a limit of the body or of the `x-max-cost` header, in WATT. Throws INVALID_REQUEST. */
export function readMaxCost(field: string, value: string | number | undefined): BaseUnits | null {
  if (value === undefined) return null;
  const units = parseWatt(String(value));
  if (units !== null) return units;
  const fix = 'Give WATT as a number or a decimal string with at most 6 decimals.';
  throw fieldError({ field, message: 'is not an amount', fix });
}

export function lowerCost(a: BaseUnits | null, b: BaseUnits | null): BaseUnits | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

export function priceExceeded(price: bigint, maxCost: bigint, jobId?: string): AppError {
  return new AppError('PRICE_EXCEEDED', {
    detail: `The price is ${formatWatt(price)} WATT and maxCost is ${formatWatt(maxCost)}`,
    extra: {
      ...(jobId !== undefined && { job_id: jobId }),
      price: wattNumber(price),
      price_base: `${price}`,
      max_cost: wattNumber(maxCost),
      max_cost_base: `${maxCost}`,
    },
  });
}
