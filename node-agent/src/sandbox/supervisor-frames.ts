import { createRawReader } from './raw-frames.ts';

const REASONS = ['exit', 'timeout', 'cancel', 'uncounted'] as const;

/** What the supervisor says when the job is over. */
export interface JobEnd {
  /** `uncounted`: it was ended for what no memory cgroup counts, file locks and network sockets. */
  reason: (typeof REASONS)[number];
  /** Null where the program did not end by itself, or ended by a signal. */
  exitCode: number | null;
  signal: number | null;
  wallUs: number;
  /** Of everything that ran in the container, from the program's start on; null where nobody has measured it. */
  cpuUs: number | null;
  maxRssKb: number;
  /** Null where the container cannot see its cgroup, or more than the program ran in it. */
  peakBytes: number | null;
  oomKills: number | null;
  /** All that was written, with what was left out. */
  stdoutBytes: number;
  stderrBytes: number;
  /** /tmp had no room left at the end. */
  isTmpFull: boolean;
  /** It was the compiler that ended so; the program never ran. */
  isCompiling: boolean;
}

export type ArtifactVerdict = 'ok' | 'missing' | 'not_a_file' | 'too_large' | 'unreadable';
const VERDICTS: readonly string[] = [
  'ok',
  'missing',
  'not_a_file',
  'too_large',
  'unreadable',
] satisfies ArtifactVerdict[];

export type SupervisorFrame =
  | { type: 'ready' }
  | { type: 'compiled' }
  | OutputFrame
  | { type: 'artifact'; number: number; bytes: Buffer }
  | { type: 'artifact_end'; number: number; verdict: ArtifactVerdict; size: number }
  | EndFrame;

/** Some of a stream, or the last bytes of one that was cut. */
export type OutputFrame = { type: 'output'; stream: 'stdout' | 'stderr'; bytes: Buffer; isTail: boolean };

/** A supervisor's last word. */
export type EndFrame = { type: 'end'; nonce: string; end: JobEnd };

/** Reads the supervisor's frames (format: the head of `images/sandbox/supervisor.c`). Throws on anything else. */
export function createSupervisorReader(onFrame: (frame: SupervisorFrame) => void) {
  return createRawReader((type, payload) => onFrame(toFrame(type, payload)));
}

function toFrame(type: string, payload: Buffer): SupervisorFrame {
  switch (type) {
    case 'R':
      return { type: 'ready' };
    case 'S':
      return { type: 'compiled' };
    case 'O':
    case 'o':
    case 'E':
    case 'e':
      return toOutput(type, payload);
    case 'F':
      return { type: 'artifact', number: payload[0] ?? 0, bytes: Buffer.from(payload.subarray(1)) };
    case 'A':
      return parseArtifactEnd(payload.toString('latin1'));
    case 'X':
      return parseEnd(payload.toString('latin1'));
    default:
      throw new Error(`a supervisor frame of type ${JSON.stringify(type)}`);
  }
}

/** Capitals are output as it came, small letters the tail of what was cut. */
export function toOutput(type: 'O' | 'o' | 'E' | 'e', payload: Buffer): OutputFrame {
  const stream = type === 'O' || type === 'o' ? 'stdout' : 'stderr';
  return { type: 'output', stream, bytes: Buffer.from(payload), isTail: type === 'o' || type === 'e' };
}

function parseArtifactEnd(text: string): SupervisorFrame {
  const [number, verdict = '', size] = text.split(' ');
  if (!VERDICTS.includes(verdict)) throw new Error(`a supervisor's artifact that reads ${quoted(text)}`);
  return {
    type: 'artifact_end',
    number: Number(number),
    verdict: verdict as ArtifactVerdict,
    size: Number(size),
  };
}

export function parseEnd(text: string): EndFrame {
  const [nonce = '', word, ...rest] = text.split(' ');
  const reason = REASONS.find((one) => one === word);
  const numbers = rest.map(Number);
  const isWhole = numbers.length === 11 && numbers.every(Number.isSafeInteger);
  if (!isWhole || reason === undefined) {
    throw new Error(`a supervisor's end that reads ${quoted(text)}`);
  }
  const at = (place: number) => numbers[place] ?? 0;
  const known = (value: number) => (value < 0 ? null : value);
  const end: JobEnd = {
    reason,
    exitCode: known(at(0)),
    signal: known(at(1)),
    wallUs: at(2),
    cpuUs: at(3),
    maxRssKb: at(4),
    peakBytes: known(at(5)),
    oomKills: known(at(6)),
    stdoutBytes: at(7),
    stderrBytes: at(8),
    isTmpFull: at(9) === 1,
    isCompiling: at(10) === 1,
  };
  return { type: 'end', nonce, end };
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
