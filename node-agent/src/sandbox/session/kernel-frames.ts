import { createRawReader, encodeRawFrame } from '../raw-frames.ts';
import { type EndFrame, type OutputFrame, parseEnd, toOutput } from '../supervisor-frames.ts';

/** What became of one call: the kernel's word on its verdict and value, the supervisor's on everything else. */
export interface CallEnd {
  verdict: 'ok' | 'error' | 'interrupted';
  hasValue: boolean;
  isValueCut: boolean;
  /** The kernel was interrupted, because the call had used up its time. */
  isTimedOut: boolean;
  wallUs: number;
  /** Of the session so far; null where the container cannot see its cgroup. */
  oomKills: number | null;
  /** All that was written, with what was left out. */
  stdoutBytes: number;
  stderrBytes: number;
}

export type KernelFrame =
  | { type: 'ready' }
  | OutputFrame
  | { type: 'value'; bytes: Buffer }
  | { type: 'call_end'; nonce: string; end: CallEnd }
  | EndFrame;

/** The first frame to the supervisor of a session. */
export function encodeSettings(settings: { nonce: string; outputBytes: number }): Buffer {
  return encodeRawFrame('N', Buffer.from(`${settings.nonce} ${settings.outputBytes}`));
}

export function encodeCall(call: { nonce: string; timeoutMs: number; code: string }): Buffer {
  return encodeRawFrame('C', Buffer.from(`${call.nonce} ${call.timeoutMs}\n${call.code}`));
}

/** Reads the frames of a session's supervisor (format: the head of `images/sandbox/session.c`). Throws on anything else. */
export function createKernelReader(onFrame: (frame: KernelFrame) => void) {
  return createRawReader((type, payload) => onFrame(toFrame(type, payload)));
}

function toFrame(type: string, payload: Buffer): KernelFrame {
  switch (type) {
    case 'R':
      return { type: 'ready' };
    case 'O':
    case 'o':
    case 'E':
    case 'e':
      return toOutput(type, payload);
    case 'V':
      return { type: 'value', bytes: Buffer.from(payload) };
    case 'D':
      return parseCallEnd(payload.toString('latin1'));
    case 'X':
      return parseEnd(payload.toString('latin1'));
    default:
      throw new Error(`a supervisor frame of type ${JSON.stringify(type)}`);
  }
}

function parseCallEnd(text: string): KernelFrame {
  const [nonce = '', verdict, ...rest] = text.split(' ');
  const [hasValue, isCut, isTimedOut, wallUs = 0, oomKills = 0, stdoutBytes = 0, stderrBytes = 0] =
    rest.map(Number);
  const isKnown = verdict === 'ok' || verdict === 'error' || verdict === 'interrupted';
  if (!isKnown || rest.length !== 7 || !rest.map(Number).every(Number.isSafeInteger)) {
    throw new Error(`a call's end that reads ${JSON.stringify(text.slice(0, 200))}`);
  }
  const end: CallEnd = {
    verdict,
    hasValue: hasValue === 1,
    isValueCut: isCut === 1,
    isTimedOut: isTimedOut === 1,
    ...{ wallUs, stdoutBytes, stderrBytes },
    oomKills: oomKills < 0 ? null : oomKills,
  };
  return { type: 'call_end', nonce, end };
}
