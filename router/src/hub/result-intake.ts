import type { FromRouter, OrderedFrame, Result, Unordered } from '@watt/shared';
import { createArtifactStage } from './artifact-stage.ts';
import type { HubHandlers, NodeLink } from './hub-handlers.ts';
import type { HubLimits } from './hub-limits.ts';
import type { HubLogger } from './hub-logger.ts';
import type { LinkFault } from './link-fault.ts';

export interface IntakeOptions {
  link: NodeLink & { send(message: Unordered<FromRouter>): void };
  handlers: Pick<HubHandlers, 'onResult'>;
  limits: Pick<HubLimits, 'artifactBytes' | 'pendingResults' | 'pendingResultBytes'>;
  logger: HubLogger;
  /** Stops and starts the reading of this link's socket. */
  setPaused(isPaused: boolean): void;
}

export interface ResultIntake {
  onArtifact(frame: Uint8Array): LinkFault | null;
  onResult(frame: OrderedFrame<Result>): LinkFault | null;
  /** Settles when every result that is in the handlers' hands now has been answered. */
  idle(): Promise<void>;
}

/**
 * Brings results with their files to the handlers, many at a time, and each verdict back as an `ack`. A result that comes
 * again while the first copy is still in hand is dropped: one answer serves both. When too much is in hand the link is not
 * read, so a slow database slows the nodes down instead of filling the memory.
 */
export function createResultIntake(options: IntakeOptions): ResultIntake {
  const { link, handlers, limits, logger, setPaused } = options;
  const stage = createArtifactStage(limits.artifactBytes);
  const pending = new Map<string, Promise<void>>();
  let pendingBytes = 0;

  const isFull = () => pending.size >= limits.pendingResults || pendingBytes >= limits.pendingResultBytes;

  async function handle(frame: OrderedFrame<Result>, artifacts: Map<string, Uint8Array>): Promise<void> {
    const { message, header, signature, body } = frame;
    try {
      const verdict = await handlers.onResult(link, {
        header: message,
        statement: { text: header, signature },
        payload: body ?? '',
        artifacts,
      });
      link.send({ type: 'ack', attempt_id: message.attempt_id, ...verdict });
    } catch (error) {
      // No ack: the node keeps the result and sends it again.
      logger.error({ err: error, node: link.nodeId, attempt: message.attempt_id }, 'result was not taken in');
    }
  }

  return {
    onArtifact: (frame) => stage.put(frame),
    onResult(frame) {
      const { message, body } = frame;
      if (message.node !== link.nodeId) return 'wrong_node';
      const artifacts = stage.take(message.artifacts);
      if ('fault' in artifacts) return artifacts.fault;
      if (pending.has(message.attempt_id)) return null;
      const bytes = sizeOf(body, artifacts);
      pendingBytes += bytes;
      const handled = handle(frame, artifacts).then(() => {
        pending.delete(message.attempt_id);
        pendingBytes -= bytes;
        if (!isFull()) setPaused(false);
      });
      pending.set(message.attempt_id, handled);
      if (isFull()) setPaused(true);
      return null;
    },
    idle: async () => void (await Promise.all(pending.values())),
  };
}

function sizeOf(body: string | null, artifacts: Map<string, Uint8Array>): number {
  let bytes = body?.length ?? 0;
  for (const artifact of artifacts.values()) bytes += artifact.length;
  return bytes;
}
