export interface Repeated {
  start(): void;
  /** Resolves when the run that is under way has ended; none begins any more. */
  stop(): Promise<void>;
}

/** Runs work again and again, with a rest between two runs. A run that fails is told of, and the next one tries again. */
export function repeat(
  run: () => Promise<void>,
  { everyMs, onFault }: { everyMs: number; onFault: (error: unknown) => void },
): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  let isStopped = false;

  const loop = async (): Promise<void> => {
    await run().catch(onFault);
    if (isStopped) return;
    timer = setTimeout(() => {
      current = loop();
    }, everyMs);
  };

  return {
    start() {
      current = loop();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
