import type { OutputAck } from '@watt/shared';
import { DEFAULT_OUTPUT_RELAY_LIMITS, type OutputLink, OutputRelay } from './output-relay.ts';

/** The relays of all jobs whose output the router wants, over whichever session there is. */
export class OutputRelays {
  readonly #byAttempt = new Map<string, OutputRelay>();
  #link: OutputLink | null = null;

  /** To be closed by the caller: ended with a result, stopped without one. */
  open(attemptId: string): OutputRelay {
    const relay = new OutputRelay(attemptId, () => this.#link, DEFAULT_OUTPUT_RELAY_LIMITS);
    this.#byAttempt.set(attemptId, relay);
    return relay;
  }

  close(attemptId: string, how: 'end' | 'stop'): void {
    this.#byAttempt.get(attemptId)?.[how]();
    this.#byAttempt.delete(attemptId);
  }

  attach(link: OutputLink): void {
    this.#link = link;
    for (const relay of this.#byAttempt.values()) relay.restart();
  }

  detach(): void {
    this.#link = null;
  }

  onAck({ attempt_id, frames }: Pick<OutputAck, 'attempt_id' | 'frames'>): void {
    this.#byAttempt.get(attempt_id)?.acknowledge(frames);
  }
}
