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
  /** Frames of each stream that may wait for the router; what comes then is left out. */
  waitingFrames: number;
  /** Bytes of each stream that are sent at all. */
  sentBytes: number;
  /** Nothing is sent while this much waits for the network: results go first. */
  sendBufferBytes: number;
}

export const DEFAULT_OUTPUT_RELAY_LIMITS: OutputRelayLimits = {
  gatherMs: 50,
  waitingFrames: 8,
  sentBytes: LIMITS.outputBytesPerStream,
  sendBufferBytes: 1024 * 1024,
};

/** A frame that fills up: of fixed size, so that a program that prints letter by letter costs no more memory than another. */
interface Chunk {
  offset: number;
  bytes: Buffer;
  used: number;
}

interface Lane {
  name: Output['stream'];
  waiting: Chunk[];
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

  /** `offset`: the place of the bytes in their stream, where something before them was not told. */
  push(stream: Output['stream'], bytes: Uint8Array, offset = 0): void {
    const lane = this.#lanes[stream];
    lane.seen = Math.max(lane.seen, offset);
    const sendable = this.#isOver
      ? 0
      : Math.max(0, Math.min(bytes.length, this.#limits.sentBytes - lane.seen));
    for (let done = 0; done < sendable; ) {
      const chunk = roomIn(lane, lane.seen + done, this.#limits.waitingFrames);
      if (chunk === null) break;
      const part = bytes.subarray(done, Math.min(sendable, done + chunk.bytes.length - chunk.used));
      chunk.bytes.set(part, chunk.used);
      chunk.used += part.length;
      done += part.length;
      this.#wake();
    }
    lane.seen += bytes.length;
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
      if (lane.told < lane.seen || rest !== '') this.#send(lane, { offset: lane.seen, bytes: 0 }, rest);
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
        const chunk = lane.waiting.shift();
        if (chunk === undefined) return;
        if (chunk.offset !== lane.told) lane.decoder = createDecoder();
        const text = lane.decoder.decode(chunk.bytes.subarray(0, chunk.used), { stream: true });
        this.#send(lane, { offset: chunk.offset, bytes: chunk.used }, text);
      }
    }
  }

  #send(lane: Lane, { offset, bytes }: { offset: number; bytes: number }, text: string): void {
    const message = {
      type: 'output',
      attempt_id: this.#attemptId,
      stream: lane.name,
      offset,
      bytes,
    } as const;
    if (this.#link()?.send(message, text) === true) this.#sent += 1;
    lane.told = offset + bytes;
  }
}

function laneOf(name: Output['stream']): Lane {
  return { name, waiting: [], seen: 0, told: 0, decoder: createDecoder() };
}

function createDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}

/** Where the next bytes go: behind the last ones, or into a frame of their own. Null when nothing more may wait. */
function roomIn(lane: Lane, offset: number, most: number): Chunk | null {
  const last = lane.waiting.at(-1);
  if (last && last.offset + last.used === offset && last.used < last.bytes.length) return last;
  if (lane.waiting.length >= most) return null;
  const chunk = { offset, bytes: Buffer.allocUnsafe(LIMITS.outputFrameBytes), used: 0 };
  lane.waiting.push(chunk);
  return chunk;
}
