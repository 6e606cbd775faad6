/**
 * A list for a parameter such as `::bigint[]` or `::bool[]`. The driver takes the type of a list from its first element, and a
 * bigint or boolean there would make it a scalar; as text the server casts each item itself.
 */
export function listParameter(values: readonly (bigint | boolean | null)[]): (string | null)[] {
  return values.map((value) => (value === null ? null : `${value}`));
}
