const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const BLOCK_BYTES = 128 * 1024;

/** A zstd frame of raw blocks. `windowLog` is what it asks its reader to remember. Format: RFC 8878. */
export function zstdFrame(bytes: Uint8Array, windowLog = 17): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += BLOCK_BYTES) {
    const piece = bytes.subarray(at, at + BLOCK_BYTES);
    blocks.push(blockHeader(piece.length, 0, at + BLOCK_BYTES >= bytes.length), Buffer.from(piece));
  }
  return Buffer.concat([MAGIC, Buffer.from([0, (windowLog - 10) << 3]), ...blocks]);
}

/** A frame of four bytes for every 128 KiB that it becomes. */
export function zstdBomb(blockCount: number): Buffer {
  const blocks = Array.from({ length: blockCount }, (_, index) =>
    Buffer.concat([blockHeader(BLOCK_BYTES, 1, index === blockCount - 1), Buffer.from('a')]),
  );
  return Buffer.concat([MAGIC, Buffer.from([0, (17 - 10) << 3]), ...blocks]);
}

function blockHeader(size: number, type: 0 | 1, isLast: boolean): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type << 1) | Number(isLast), 0, 3);
  return header;
}
