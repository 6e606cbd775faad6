export interface OutputBuffer {
  /** `isTail`: bytes were left out between these and what came before the first of them. */
  push(bytes: Buffer, isTail?: boolean): void;
  /**
   * The text so far. Decoded as a whole, because a character may be cut between two chunks. Where something was left out stands a
   * line that says how much, as far as `written`, all bytes that the program wrote, tells it.
   */
  text(written?: number): string;
  /** Bytes that are kept. */
  size(): number;
  /** True once more was pushed than is kept, or something was left out before it came here. */
  truncated(): boolean;
}

/** Keeps the first `capBytes` bytes. Bytes that are not UTF-8 become U+FFFD; a character that a cut goes through is left out. */
export function createOutputBuffer(capBytes: number): OutputBuffer {
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  let size = 0;
  let cut = false;

  return {
    push(bytes, isTail = false) {
      const room = capBytes - size;
      cut ||= bytes.length > room || isTail;
      if (room <= 0 || bytes.length === 0) return;
      (isTail ? tail : head).push(bytes.subarray(0, room));
      size += Math.min(room, bytes.length);
    },
    text(written) {
      // `stream` holds an unfinished character back, which is right only where something was cut off behind it.
      const isCutBehind = tail.length > 0 || size === capBytes;
      const first = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(head), {
        stream: isCutBehind,
      });
      if (tail.length === 0) return first;
      const left = written === undefined ? '' : ` ${written - size} bytes`;
      return `${first}\n[…${left} left out …]\n${decodeTail(Buffer.concat(tail))}`;
    },
    size: () => size,
    truncated: () => cut,
  };
}

function decodeTail(bytes: Buffer): string {
  let start = 0;
  while (start < 3 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start));
}
