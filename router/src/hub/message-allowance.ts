import type { HubLimits } from './hub-limits.ts';

export interface Allowance {
  /** False when the peer sends more than it may. */
  spend(): boolean;
  /** More frames are expected, because something was asked of the peer. */
  grant(frames: number): void;
}

/**
 * A token bucket for a link's incoming frames. A verified frame costs about 0.15 ms of the router's CPU, so unasked frames
 * are rationed, while every job that is sent out brings the frames of its own answer with it.
 */
export function createAllowance(
  limits: Pick<HubLimits, 'messagesPerSecond' | 'messageBurst'>,
  clock: () => number,
): Allowance {
  let refilled = limits.messageBurst;
  let granted = 0;
  let at = clock();
  return {
    spend() {
      const now = clock();
      const gained = (Math.max(0, now - at) / 1000) * limits.messagesPerSecond;
      refilled = Math.min(limits.messageBurst, refilled + gained);
      at = now;
      if (granted >= 1) granted -= 1;
      else if (refilled >= 1) refilled -= 1;
      else return false;
      return true;
    },
    grant(frames) {
      granted += frames;
    },
  };
}
