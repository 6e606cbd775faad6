import { performance } from 'node:perf_hooks';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A terminal and npm may both pass on one Ctrl-C; only a later one means "now". */
const SAME_PRESS_MS = 1000;

export interface StopSignals {
  /** Aborted by the first signal. */
  signal: AbortSignal;
  /** Called by a second signal that comes later. */
  onImpatience(kill: () => void): void;
  release(): void;
}

export function listenForStop(): StopSignals {
  const stop = new AbortController();
  let firstAt: number | null = null;
  let kill: (() => void) | null = null;
  const onSignal = (name: NodeJS.Signals) => {
    const now = performance.now();
    if (firstAt === null) {
      firstAt = now;
      stop.abort(new StoppedBySignal(name));
    } else if (now - firstAt > SAME_PRESS_MS) {
      kill?.();
    }
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: stop.signal,
    onImpatience(given) {
      kill = given;
    },
    release() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

/** Not a fault: somebody asked us to stop. */
export class StoppedBySignal extends Error {
  override readonly name = 'StoppedBySignal';
}
