import { setTimeout as sleep } from 'node:timers/promises';

/** Far more than anything takes, also on a machine that does much else. */
const PATIENCE_MS = 400_000;
const PAUSE_MS = 300;

/** Tries until there is a final answer. What fails on the way — refused connections, cut answers, a chain that is away — is tried again. */
export async function insist<Outcome>(
  signal: AbortSignal,
  steps: {
    /** Null: no final answer yet. */
    attempt(): Promise<Outcome | null>;
    giveUp(last: string): Outcome;
  },
): Promise<Outcome> {
  const until = performance.now() + PATIENCE_MS;
  let last = 'no answer';
  while (performance.now() < until && !signal.aborted) {
    try {
      const outcome = await steps.attempt();
      if (outcome !== null) return outcome;
      last = 'no final answer';
    } catch (error) {
      // Whatever it was, the customer knows nothing and asks again.
      last = String(error);
    }
    await sleep(PAUSE_MS);
  }
  return steps.giveUp(last);
}
