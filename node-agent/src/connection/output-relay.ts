import { TextDecoder } from 'node:util';
import { LIMITS, type Output } from '@watt/shared';

/** The stream `send` and the figure that holds it back; a session with the router is one. */
export interface OutputLink {
  /** False when the frame went nowhere. */
  send(message: Pick<Output, 'type' | 'attempt_id' | 'stream' | 'offset' | 'bytes'>, text: string): boolean;
  readonly bufferedBytes: number;
}

export interface OutputRelayLimits {
  /** Output gathers this long, so that a program that prints letter by letter does not cost a signature for each. */
  gatherMs: number;
  /** Bytes of each stream that may wait for the router; what comes then is left out. */
  waitingBytes: number;
  /** Bytes of each stream that are sent at all. */
  sentBytes: number;
  /** Nothing is sent while this much waits for the network: results go first. */
  sendBufferBytes: number;
}

export const DEFAULT_OUTPUT_RELAY_LIMITS: OutputRelayLimits = {
  gatherMs: 50,
  waitingBytes: 256 * 1024,
  sentBytes: LIMITS.outputBytesPerStream,
  sendBufferBytes: 1024 * 1024,
};

interface Chunk {
  offset: number;
  bytes: Uint8Array;
}

interface Lane {
  name: Output['stream'];
  waiting: Chunk[];
  waitingBytes: number;
  /** Bytes that the program has written so far. */
  seen: number;
  /** Where the next frame begins if nothing was left out before it. */
  told: number;
  decoder: TextDecoder;
}

const LANES = ['stdout', 'stderr'] as const;

/**
 * Sends the output of one job as it comes, as far as the router takes it: never more than a few frames without an
 * acknowledgement, never behind a full line, never more than the limits. What does not fit is left out, which the offsets of the frames
 * show. It never holds the program up.
 */
export class OutputRelay {
  readonly #attemptId: string;
  readonly #link: () => OutputLink | null;
  readonly #limits: OutputRelayLimits;
  readonly #lanes: Record<Output['stream'], Lane> = { stdout: laneOf('stdout'), stderr: laneOf('stderr') };
  #sent = 0;
  #taken = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(attemptId: string, link: () => OutputLink | null, limits: OutputRelayLimits) {
    this.#attemptId = attemptId;
    this.#link = link;
    this.#limits = limits;
  }

  push(stream: Output['stream'], bytes: Uint8Array): void {
    const lane = this.#lanes[stream];
    const { waitingBytes, sentBytes } = this.#limits;
    const room = Math.min(waitingBytes - lane.waitingBytes, sentBytes - lane.seen);
    const kept = this.#isOver ? 0 : Math.max(0, Math.min(room, bytes.length));
    // A copy, because the caller may write over its buffer.
    if (kept > 0) lane.waiting.push({ offset: lane.seen, bytes: Uint8Array.from(bytes.subarray(0, kept)) });
    lane.waitingBytes += kept;
    lane.seen += bytes.length;
    if (kept > 0) this.#wake();
  }

  /** The router has taken so many frames of this session. */
  acknowledge(frames: number): void {
    this.#taken = Math.min(this.#sent, Math.max(this.#taken, frames));
    if (this.#lanes.stdout.waiting.length + this.#lanes.stderr.waiting.length > 0) this.#wake();
  }

  /** Another session counts anew; what the last one swallowed is not sent again. */
  restart(): void {
    this.#sent = 0;
    this.#taken = 0;
  }

  /** Sends what still may go, says what was left out, and nothing more. To be called before the result is sent. */
  end(): void {
    if (this.#isOver) return;
    this.#flush();
    this.stop();
    for (const name of LANES) {
      const lane = this.#lanes[name];
      const rest = lane.decoder.decode();
      if (lane.told < lane.seen || rest !== '')
        this.#send(lane, { offset: lane.seen, bytes: new Uint8Array() }, rest);
    }
  }

  /** Sends nothing more. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #wake(): void {
    if (this.#isOver || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, this.#limits.gatherMs);
  }

  #flush(): void {
    for (const name of LANES) {
      const lane = this.#lanes[name];
      while (lane.waiting.length > 0 && this.#sent - this.#taken < LIMITS.outputFramesInFlight) {
        const link = this.#link();
        if (link === null) return;
        if (link.bufferedBytes > this.#limits.sendBufferBytes) {
          this.#wake();
          return;
        }
        const chunk = takeChunk(lane);
        if (chunk.offset !== lane.told) lane.decoder = createDecoder();
        this.#send(lane, chunk, lane.decoder.decode(chunk.bytes, { stream: true }));
      }
    }
  }

  #send(lane: Lane, { offset, bytes }: Chunk, text: string): void {
    const message = {
      type: 'output',
      attempt_id: this.#attemptId,
      stream: lane.name,
      offset,
      bytes: bytes.length,
    } as const;
    if (this.#link()?.send(message, text) === true) this.#sent += 1;
    lane.told = offset + bytes.length;
  }
}

function laneOf(name: Output['stream']): Lane {
  return { name, waiting: [], waitingBytes: 0, seen: 0, told: 0, decoder: createDecoder() };
}

function createDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}

/** The first bytes that wait, as many as follow each other and fit into one frame. */
function takeChunk(lane: Lane): Chunk {
  const parts: Uint8Array[] = [];
  const offset = lane.waiting[0]?.offset ?? 0;
  let end = offset;
  for (
    let next = lane.waiting[0];
    next?.offset === end && end - offset < LIMITS.outputFrameBytes;
    next = lane.waiting[0]
  ) {
    const part = next.bytes.subarray(0, LIMITS.outputFrameBytes - (end - offset));
    parts.push(part);
    end += part.length;
    if (part.length === next.bytes.length) lane.waiting.shift();
    else lane.waiting[0] = { offset: end, bytes: next.bytes.subarray(part.length) };
  }
  lane.waitingBytes -= end - offset;
  return { offset, bytes: Buffer.concat(parts) };
}
