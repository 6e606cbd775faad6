/** Faults that can be set for one RPC method as well as for all. */
export interface MethodFaults {
  /** Answers come this much later. */
  lagMs: number;
  /** Reads show the chain as it was so many slots ago: a replica that lags. Not more than 400. */
  staleSlots: number;
  /** Share of calls (0 to 1) answered with HTTP 429. */
  tooManyRequestsRate: number;
}

/** What goes wrong on purpose. All of it may be changed at any time; every rate is a probability from 0 to 1. */
export interface ChainFaults extends MethodFaults {
  /** By method name, over the values above. */
  byMethod: Record<string, Partial<MethodFaults>>;
  /** The `Retry-After` header of a 429. */
  retryAfterSeconds: number;
  /** Sends that are answered with a signature and then lost. */
  dropRate: number;
  /** Sends that land only `lateSlots` slots later (and not at all if their blockhash has expired by then). */
  lateRate: number;
  lateSlots: number;
  /** Rows missing from an answer of `getSignaturesForAddress`. */
  missingSignatureRate: number;
  /** Whether `getSignaturesForAddress` answers its rows in random order. */
  isSignatureOrderRandom: boolean;
  /** Websocket notices that are never sent. */
  lostNoticeRate: number;
  /** `unavailable` answers 503; `disconnected` cuts every connection, websockets too. */
  outage: 'none' | 'unavailable' | 'disconnected';
}

export function createFaults(overrides: Partial<ChainFaults> = {}): ChainFaults {
  return {
    lagMs: 0,
    staleSlots: 0,
    tooManyRequestsRate: 0,
    byMethod: {},
    retryAfterSeconds: 1,
    dropRate: 0,
    lateRate: 0,
    lateSlots: 20,
    missingSignatureRate: 0,
    isSignatureOrderRandom: false,
    lostNoticeRate: 0,
    outage: 'none',
    ...overrides,
  };
}

export function faultsOf(faults: ChainFaults, method: string): MethodFaults {
  const { lagMs, staleSlots, tooManyRequestsRate } = faults;
  return { lagMs, staleSlots, tooManyRequestsRate, ...faults.byMethod[method] };
}

/** Fisher–Yates, on a copy. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  const result: T[] = [];
  while (left.length > 0) result.push(...left.splice(Math.floor(random() * left.length), 1));
  return result;
}
