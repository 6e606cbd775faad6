/** After this time a removal no longer waits for the machine to be idle. */
const MAX_WAIT_MS = 500;
const QUIET_MS = 20;

export interface TeardownOptions {
  /** Removals at a time. */
  lanes: number;
  /** Containers that may wait to be removed; each holds what its job left in memory. */
  maxWaiting: number;
  /** Whether a job is under way that a removal would slow down. */
  isBusy: () => boolean;
  now: () => number;
}

export interface Teardown {
  /** Does the work once the machine has time for it. Settles as the work does. */
  add(work: () => Promise<void>): Promise<void>;
  /** From now on nothing waits. */
  hurry(): void;
}

/** Removing a container costs more processor time than most jobs, and nobody waits for it: it is done between jobs. */
export function createTeardown(options: TeardownOptions): Teardown {
  const waiting: { since: number; start: () => Promise<void> }[] = [];
  let running = 0;
  let isHurried = false;
  let timer: NodeJS.Timeout | undefined;

  function mayStart(): boolean {
    const [first] = waiting;
    if (!first || running >= options.lanes) return false;
    const isLate = waiting.length > options.maxWaiting || options.now() - first.since >= MAX_WAIT_MS;
    return isHurried || isLate || !options.isBusy();
  }

  function pump(): void {
    clearTimeout(timer);
    timer = undefined;
    while (mayStart()) {
      running += 1;
      void waiting.shift()?.start();
    }
    if (waiting.length > 0 && running < options.lanes) timer = setTimeout(pump, QUIET_MS);
  }

  return {
    add: (work) =>
      new Promise((resolve, reject) => {
        const start = () =>
          work()
            .then(resolve, reject)
            .finally(() => {
              running -= 1;
              pump();
            });
        waiting.push({ since: options.now(), start });
        // Not at once: the answer that this follows is on its way in the same turn.
        if (isHurried) pump();
        else timer ??= setTimeout(pump, QUIET_MS);
      }),
    hurry() {
      isHurried = true;
      pump();
    },
  };
}
