export interface OutputBuffer {
  push(bytes: Buffer): void;
  /** The text so far. Decoded as a whole, because a character may be cut between two chunks. */
  text(): string;
  /** True once more was pushed than is kept. */
  truncated(): boolean;
}

/** Keeps the first `capBytes` bytes. Bytes that are not UTF-8 become U+FFFD; a character that the cap cuts is left out. */
export function createOutputBuffer(capBytes: number): OutputBuffer {
  const kept: Buffer[] = [];
  let size = 0;
  let cut = false;

  return {
    push(bytes) {
      const room = capBytes - size;
      cut ||= bytes.length > room;
      if (room <= 0 || bytes.length === 0) return;
      kept.push(bytes.subarray(0, room));
      size += Math.min(room, bytes.length);
    },
    text() {
      // `stream` holds an unfinished character back, which is right only where something was cut off behind it.
      const isFull = size === capBytes;
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(kept), { stream: isFull });
    },
    truncated: () => cut,
  };
}
