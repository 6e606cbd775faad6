import type { AttemptId, FromRouter, OrderedFrame, Output, Unordered } from '@watt/shared';
import type { HubHandlers, NodeLink } from './hub-handlers.ts';
import type { LinkFault } from './link-fault.ts';

export interface OutputIntakeOptions {
  link: NodeLink & { send(message: Unordered<FromRouter>): void };
  handlers: Pick<HubHandlers, 'onOutput'>;
  /** A frame was taken, so one more may come. */
  onTaken(): void;
}

export interface OutputIntake {
  onOutput(frame: OrderedFrame<Output>): LinkFault | null;
  /** The attempt is over. */
  forget(attemptId: string): void;
}

// A decoder holds back the three bytes of a character that is not whole, and gives them with the next frame.
const HELD_BACK = 3;

/** Hands output on as it comes and acknowledges what was taken, which is what lets the node send more. */
export function createOutputIntake({ link, handlers, onTaken }: OutputIntakeOptions): OutputIntake {
  const taken = new Map<string, number>();

  return {
    onOutput({ message, body }) {
      const { attempt_id, stream, offset, bytes } = message;
      const text = body ?? '';
      if (text.length > bytes + HELD_BACK) return 'output_too_large';
      const attemptId = attempt_id as AttemptId;
      if (!handlers.onOutput(link, { attemptId, stream, offset, bytes, text })) return null;
      const frames = (taken.get(attempt_id) ?? 0) + 1;
      taken.set(attempt_id, frames);
      onTaken();
      link.send({ type: 'output_ack', attempt_id, frames });
      return null;
    },
    forget: (attemptId) => void taken.delete(attemptId),
  };
}
