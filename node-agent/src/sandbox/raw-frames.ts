const HEAD_BYTES = 5;
const MAX_FRAME_BYTES = 64 * 1024;

/** A frame as a supervisor sends and takes it: one type byte, a 32-bit big-endian length, and that many bytes. */
export function encodeRawFrame(type: string, payload: Uint8Array): Buffer {
  const head = Buffer.from(`${type}0000`, 'latin1');
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** Takes such frames apart, wherever they were cut on their way. Throws on one that is too long. The payload is a view, to be copied if kept. */
export function createRawReader(onFrame: (type: string, payload: Buffer) => void) {
  let buffered: Buffer = Buffer.alloc(0);

  return function push(chunk: Buffer): void {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    let at = 0;
    while (buffered.length - at >= HEAD_BYTES) {
      const length = buffered.readUInt32BE(at + 1);
      if (length > MAX_FRAME_BYTES) throw new Error(`a supervisor frame of ${length} bytes`);
      if (buffered.length - at < HEAD_BYTES + length) break;
      const payload = buffered.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
      onFrame(buffered.toString('latin1', at, at + 1), payload);
      at += HEAD_BYTES + length;
    }
    // A copy: a slice would keep the whole chunk alive for the sake of a few bytes.
    buffered = Buffer.from(buffered.subarray(at));
  };
}
