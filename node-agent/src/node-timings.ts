/** All in milliseconds. */
export interface NodeTimings {
  handshakeMs: number;
  backOffMinMs: number;
  backOffMaxMs: number;
  stableMs: number;
  /** Work ends this long before its lease. */
  marginMs: number;
  /** How long a drain waits for what runs, and then for the acknowledgements. */
  drainMs: number;
  ackMs: number;
}

export const DEFAULT_NODE_TIMINGS: NodeTimings = {
  handshakeMs: 10_000,
  backOffMinMs: 500,
  backOffMaxMs: 60_000,
  stableMs: 60_000,
  marginMs: 250,
  drainMs: 120_000,
  ackMs: 5_000,
};
