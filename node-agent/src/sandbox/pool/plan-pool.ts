/** One kind of container that can be kept ready. */
export interface PoolKind {
  /** What one that waits takes of the machine's memory. */
  idleMb: number;
  /** Containers that are worth keeping, fractions of one included. */
  wanted: number;
  /** One of these is kept before any kind gets a second one. */
  isBase: boolean;
}

/**
 * How many containers of each kind to keep ready within a budget of memory: first one of each base kind, then one after the
 * other to the kind that lacks most of what it wants.
 */
export function planPool<Key>(
  kinds: ReadonlyMap<Key, PoolKind>,
  budget: { memoryMb: number; maxEach: number },
): Map<Key, number> {
  const plan = new Map<Key, number>();
  let left = budget.memoryMb;

  const give = (key: Key, { idleMb }: PoolKind): void => {
    plan.set(key, (plan.get(key) ?? 0) + 1);
    left -= idleMb;
  };
  for (const [key, kind] of kinds) if (kind.isBase && kind.idleMb <= left) give(key, kind);
  for (;;) {
    let most: { key: Key; kind: PoolKind; lack: number } | undefined;
    for (const [key, kind] of kinds) {
      const has = plan.get(key) ?? 0;
      const lack = Math.ceil(kind.wanted) - has;
      if (kind.idleMb > left || has >= budget.maxEach || lack <= (most?.lack ?? 0)) continue;
      most = { key, kind, lack };
    }
    if (most === undefined) return plan;
    give(most.key, most.kind);
  }
}
