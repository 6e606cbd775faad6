import { wattNumber } from '@watt/shared';

/** An amount as answers carry it: `price` as a JSON number of WATT, and `price_base` as exact base units. */
export function amountFields<Name extends string>(name: Name, units: bigint) {
  return { [name]: wattNumber(units), [`${name}_base`]: `${units}` } as {
    [key in Name]: number;
  } & { [key in `${Name}_base`]: string };
}
