/** A number of places; whoever comes when all are taken waits in line. */
export interface Slots {
  /** A place, given back by disposing of it. Rejects with the signal's reason if that aborts first. */
  acquire(signal: AbortSignal): Promise<Disposable>;
}

/** The line's length is bounded by the node's job slots, and each wait by its job's deadline. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async acquire(signal) {
      signal.throwIfAborted();
      if (free > 0) free -= 1;
      else await waitInLine(waiting, signal);
      return { [Symbol.dispose]: once(release) };
    },
  };
}

function waitInLine(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onTurn = () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = () => {
      waiting.splice(waiting.indexOf(onTurn), 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    waiting.push(onTurn);
  });
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
