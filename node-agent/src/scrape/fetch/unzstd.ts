import { setImmediate as nextTurn } from 'node:timers/promises';
import { Decompress } from 'fzstd';

const STEP_BYTES = 64 * 1024;
/** Source: RFC 9659, which lets no one on the web ask for a larger window. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
const MAGIC = 0xfd2f_b528;

/** Thrown when the data says more than `maxBytes`. */
export class TooMuchOutput extends Error {
  override readonly name = 'TooMuchOutput';
}

/** Undoes zstd in steps between which others have their turn. Throws TooMuchOutput, or an Error for data that is not valid or breaks off. */
export async function unzstd(
  bytes: Buffer,
  { maxOutputLength }: { maxOutputLength: number },
): Promise<Buffer> {
  if (windowOf(bytes) > MAX_WINDOW_BYTES) throw new TooMuchOutput('the window is larger than the web allows');
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((piece) => {
    length += piece.length;
    if (length > maxOutputLength) throw new TooMuchOutput(`more than ${maxOutputLength} bytes`);
    pieces.push(piece);
  });
  for (let at = 0; at < bytes.length; at += STEP_BYTES) {
    stream.push(bytes.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= bytes.length);
    await nextTurn();
  }
  return Buffer.concat(pieces, length);
}

/** What the first frame wants to look back on, in bytes. Source: RFC 8878, section 3.1.1.1. */
function windowOf(bytes: Buffer): number {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== MAGIC) return 0;
  const isSingleSegment = ((bytes[4] ?? 0) & 0x20) !== 0;
  if (isSingleSegment) return 0;
  const descriptor = bytes[5] ?? 0;
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
