import type { AttemptId, CallResult, FromRouter, OrderedFrame, Unordered } from '@watt/shared';
import type { HubHandlers, NodeLink, OutgoingCall } from './hub-handlers.ts';
import type { HubLimits } from './hub-limits.ts';
import type { HubLogger } from './hub-logger.ts';
import type { LinkFault } from './link-fault.ts';

export interface CallIntakeOptions {
  link: NodeLink & { send(message: Unordered<FromRouter>, body: string): void };
  handlers: Pick<HubHandlers, 'onSessionReady' | 'onCallResult'>;
  limits: Pick<HubLimits, 'pendingCalls' | 'pendingCallBytes'>;
  logger: HubLogger;
  /** A call goes out, so its result may come. */
  onAsked(): void;
}

export interface CallIntake {
  /** False when the node has as many calls to answer as one may have. */
  send(call: OutgoingCall): boolean;
  /** Never rejects: where the handlers fail the link ends, and the node says it again. */
  onReady(attemptId: AttemptId): Promise<void>;
  onCallResult(frame: OrderedFrame<CallResult>): LinkFault | null;
  /** The session is over: what it did not answer will not be answered. */
  forget(attemptId: string): void;
}

/** Sends the calls of sessions, of which a node has a bounded number to answer at a time, and hands their results on. */
export function createCallIntake({ link, handlers, limits, logger, onAsked }: CallIntakeOptions): CallIntake {
  const pending = new Map<string, Map<string, number>>();
  let [calls, bytes] = [0, 0];

  const drop = (attemptId: string, callId: string): void => {
    const ofSession = pending.get(attemptId);
    const size = ofSession?.get(callId);
    if (size === undefined) return;
    ofSession?.delete(callId);
    if (ofSession?.size === 0) pending.delete(attemptId);
    calls -= 1;
    bytes -= size;
  };

  return {
    send({ attemptId, callId, body }) {
      drop(attemptId, callId);
      if (calls >= limits.pendingCalls || bytes + body.length > limits.pendingCallBytes) return false;
      const ofSession = pending.get(attemptId) ?? new Map<string, number>();
      pending.set(attemptId, ofSession.set(callId, body.length));
      calls += 1;
      bytes += body.length;
      onAsked();
      link.send({ type: 'call', attempt_id: attemptId, call_id: callId }, body);
      return true;
    },
    async onReady(attemptId) {
      try {
        await handlers.onSessionReady(link, attemptId);
      } catch (error) {
        logger.error({ err: error, node: link.nodeId, attempt: attemptId }, 'session_ready was not handled');
        link.close('internal', 'the router failed, connect again soon');
      }
    },
    onCallResult({ message, header, signature, body }) {
      if (message.node !== link.nodeId) return 'wrong_node';
      drop(message.attempt_id, message.call_id);
      handlers.onCallResult(link, {
        header: message,
        statement: { text: header, signature },
        payload: body ?? '',
      });
      return null;
    },
    forget(attemptId) {
      for (const callId of pending.get(attemptId)?.keys() ?? []) drop(attemptId, callId);
    },
  };
}
