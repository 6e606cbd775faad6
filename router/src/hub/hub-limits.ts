import { LIMITS } from '@watt/shared';

/** Every bound of the hub. Sizes in bytes and times in milliseconds, as the last word says; the rest are counts. */
export interface HubLimits {
  frameBytes: number;
  artifactBytes: number;
  /** All that a peer may send before it has proved its key. */
  helloBytes: number;
  /** From the connection to the welcome. */
  handshakeMs: number;
  connections: number;
  connectionsPerAddress: number;
  /** Connections that have not been welcomed yet. */
  unauthenticated: number;
  /** Frames per second on one link beyond those that answer a job, and how many may come at once. */
  messagesPerSecond: number;
  messageBurst: number;
  /** `sendJob` returns false above this … */
  sendBufferBytes: number;
  /** … and a peer that lets this much pile up is cut off. */
  sendBufferMaxBytes: number;
  /** Results in the handlers' hands per link; above either, the link is not read until some are acknowledged. */
  pendingResults: number;
  pendingResultBytes: number;
  /** Calls of sessions that a node has not answered, and their bytes. */
  pendingCalls: number;
  pendingCallBytes: number;
  /** Heartbeat intervals without a sign of life. */
  missedHeartbeats: number;
  /** How long the peer may take to answer our close. */
  closeMs: number;
}

export const DEFAULT_HUB_LIMITS: HubLimits = {
  frameBytes: LIMITS.frameBytes,
  artifactBytes: LIMITS.artifactBytes,
  helloBytes: 256 * 1024,
  handshakeMs: 10_000,
  connections: 20_000,
  connectionsPerAddress: 64,
  unauthenticated: 512,
  messagesPerSecond: 50,
  messageBurst: 500,
  sendBufferBytes: 4 * 1024 * 1024,
  sendBufferMaxBytes: 32 * 1024 * 1024,
  pendingResults: 256,
  pendingResultBytes: 64 * 1024 * 1024,
  pendingCalls: 512,
  pendingCallBytes: 32 * 1024 * 1024,
  missedHeartbeats: 3,
  closeMs: 2_000,
};
