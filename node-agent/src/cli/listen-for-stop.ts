export interface StopSignals {
  /** Resolves at the first SIGTERM or SIGINT: finish what runs. */
  first: Promise<void>;
  /** Resolves at the second: stop now. A third ends the process as if nobody listened. */
  second: Promise<void>;
}

export type ListenForStop = () => StopSignals;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Takes the process's stop signals from now on. */
export const listenForStop: ListenForStop = () => {
  const first = nextSignal();
  return { first, second: first.then(nextSignal) };
};

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}
