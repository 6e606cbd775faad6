const HEAD_BYTES = 8;
/** Docker's own frames hold at most 32 KiB (16 KiB before version 20). */
const MAX_FRAME_BYTES = 1024 * 1024;

/**
 * Takes apart what an attached container without a terminal sends: frames of a stream number (1 stdout, 2 stderr), three
 * zero bytes, a 32-bit big-endian length, and that many bytes. Chunks may be cut anywhere. Throws on anything else.
 * Source: Docker Engine API, "Attach to a container", stream format.
 */
export function createStdioDemux(onBytes: (stream: 'stdout' | 'stderr', bytes: Buffer) => void) {
  let head: Buffer = Buffer.alloc(0);
  let left = 0;
  let stream: 'stdout' | 'stderr' = 'stdout';

  return function push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const taken = chunk.subarray(at, at + HEAD_BYTES - head.length);
        head = Buffer.concat([head, taken]);
        at += taken.length;
        if (head.length < HEAD_BYTES) return;
        stream = streamOf(head);
        left = head.readUInt32BE(4);
        if (left > MAX_FRAME_BYTES) throw new Error(`a stdio frame of ${left} bytes`);
        head = Buffer.alloc(0);
      } else {
        const bytes = chunk.subarray(at, at + left);
        at += bytes.length;
        left -= bytes.length;
        onBytes(stream, bytes);
      }
    }
  };
}

function streamOf(head: Buffer): 'stdout' | 'stderr' {
  if (head[1] === 0 && head[2] === 0 && head[3] === 0) {
    if (head[0] === 1) return 'stdout';
    if (head[0] === 2) return 'stderr';
  }
  throw new Error(`not a stdio frame: ${head.toString('hex')}`);
}
