/** A fault in words when two figures that must be equal are not. */
export function compare(what: string, left: bigint, right: bigint): string[] {
  return left === right ? [] : [`${what} differ: ${left} and ${right}`];
}
