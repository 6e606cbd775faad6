/** Whether objects and lists nest deeper than `max`. Without recursion, since JSON.parse takes any depth. */
export function isDeeperThan(value: unknown, max: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    level = level.filter((member) => typeof member === 'object' && member !== null);
    if (level.length > 0 && depth >= max) return true;
    level = level.flatMap((member) => Object.values(member as object));
  }
  return false;
}
