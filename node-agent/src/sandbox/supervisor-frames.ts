const HEAD_BYTES = 5;
const MAX_FRAME_BYTES = 64 * 1024;

/** What the supervisor says when the job is over. */
export interface JobEnd {
  reason: 'exit' | 'timeout' | 'cancel';
  /** Null where the program did not end by itself, or ended by a signal. */
  exitCode: number | null;
  signal: number | null;
  wallUs: number;
  cpuUs: number;
  maxRssKb: number;
  /** Null where the container cannot see its cgroup. */
  peakBytes: number | null;
  oomKills: number | null;
  /** All that was written, with what was cut. */
  stdoutBytes: number;
  stderrBytes: number;
}

export type SupervisorFrame =
  | { type: 'ready' }
  | { type: 'stdout' | 'stderr'; bytes: Buffer }
  | { type: 'end'; nonce: string; end: JobEnd };

/** Reads the supervisor's frames (format: the head of `images/sandbox/supervisor.c`). Throws on anything else. */
export function createSupervisorReader(onFrame: (frame: SupervisorFrame) => void) {
  let buffered: Buffer = Buffer.alloc(0);

  return function push(chunk: Buffer): void {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    let at = 0;
    while (buffered.length - at >= HEAD_BYTES) {
      const length = buffered.readUInt32BE(at + 1);
      if (length > MAX_FRAME_BYTES) throw new Error(`a supervisor frame of ${length} bytes`);
      if (buffered.length - at < HEAD_BYTES + length) break;
      const payload = buffered.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
      onFrame(toFrame(buffered.toString('latin1', at, at + 1), payload));
      at += HEAD_BYTES + length;
    }
    // A copy: a slice would keep the whole chunk alive for the sake of a few bytes.
    buffered = Buffer.from(buffered.subarray(at));
  };
}

function toFrame(type: string, payload: Buffer): SupervisorFrame {
  switch (type) {
    case 'R':
      return { type: 'ready' };
    case 'O':
      return { type: 'stdout', bytes: Buffer.from(payload) };
    case 'E':
      return { type: 'stderr', bytes: Buffer.from(payload) };
    case 'X':
      return parseEnd(payload.toString('latin1'));
    default:
      throw new Error(`a supervisor frame of type ${JSON.stringify(type)}`);
  }
}

function parseEnd(text: string): SupervisorFrame {
  const [nonce = '', reason, ...rest] = text.split(' ');
  const numbers = rest.map(Number);
  const isWhole = numbers.length === 9 && numbers.every(Number.isSafeInteger);
  if (!isWhole || (reason !== 'exit' && reason !== 'timeout' && reason !== 'cancel')) {
    throw new Error(`a supervisor's end that reads ${JSON.stringify(text.slice(0, 200))}`);
  }
  const [exit, signal, wallUs, cpuUs, maxRssKb, peak, ooms, stdoutBytes, stderrBytes] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const known = (value: number) => (value < 0 ? null : value);
  const end: JobEnd = {
    reason,
    exitCode: known(exit),
    signal: known(signal),
    wallUs,
    cpuUs,
    maxRssKb,
    peakBytes: known(peak),
    oomKills: known(ooms),
    stdoutBytes,
    stderrBytes,
  };
  return { type: 'end', nonce, end };
}
