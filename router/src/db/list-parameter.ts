/**
 * A list for a parameter such as `::bigint[]`. The driver takes the type of a list from its first element, and a bigint there would make it a
 * scalar; as text the server casts each item itself. Not for `::bool[]`, whose items the driver writes: there every text is false.
 */
export function listParameter(values: readonly (bigint | null)[]): (string | null)[] {
  return values.map((value) => (value === null ? null : `${value}`));
}
