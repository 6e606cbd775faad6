import type { SigningKey } from '../signing/ed25519.ts';
import { encodeFrame, type FrameFault, openFrame, splitFrame } from './frame.ts';

const TYPES_WITH_BODY = new Set(['job', 'result', 'output', 'call', 'call_result']);

/** A message without what the writer adds by itself. */
export type Unordered<Message> = Message extends unknown
  ? Omit<Message, 'session' | 'seq' | 'body_sha256'>
  : never;

export type OrderedFault =
  | FrameFault
  | 'wrong_session'
  | 'out_of_order'
  | 'unknown_type'
  | 'bad_message'
  | 'unexpected_body';

/** A verified frame. `header` is the exact signed text. */
export interface OrderedFrame<Message> {
  message: Message;
  header: string;
  signature: string;
  body: string | null;
}

/** The outgoing half of a session: every message gets the session's name and the next number, and is signed. */
export function createFrameWriter<Message extends { type: string }>(key: SigningKey, session: string) {
  let seq = 0;
  return (message: Unordered<Message> & { type: string }, body: string | null = null): string => {
    seq += 1;
    const { type, ...rest } = message;
    return encodeFrame(key, { type, session, seq, ...rest }, body);
  };
}

export interface FrameReaderOptions<Message> {
  /** The peer's public key in base58. */
  peer: string;
  session: string;
  /** The types that the peer may send; anything else is `unknown_type`. */
  types: readonly string[];
  check: (header: unknown) => header is Message;
}

/** The incoming half: only frames of the peer, of this session, each number once and in order, and of a known shape. */
export function createFrameReader<Message>(options: FrameReaderOptions<Message>) {
  const { peer, session, types, check } = options;
  let last = 0;
  return (text: string): OrderedFrame<Message> | { fault: OrderedFault } => {
    const frame = splitFrame(text);
    if (!frame) return { fault: 'not_a_frame' };
    const opened = openFrame(frame, peer);
    if ('fault' in opened) return opened;
    const header = opened.header as {
      type?: unknown;
      session?: unknown;
      seq?: unknown;
      body_sha256?: unknown;
    };
    if (header.session !== session) return { fault: 'wrong_session' };
    if (header.seq !== last + 1) return { fault: 'out_of_order' };
    if (typeof header.type !== 'string' || !types.includes(header.type)) return { fault: 'unknown_type' };
    if (!check(header)) return { fault: 'bad_message' };
    if (frame.body !== null && !TYPES_WITH_BODY.has(header.type)) return { fault: 'unexpected_body' };
    last += 1;
    return { message: header, header: frame.header, signature: frame.signature, body: frame.body };
  };
}

/** The `type` literals of a union of message schemas. */
export function messageTypes(union: {
  anyOf: readonly { properties: { type: { const: string } } }[];
}): string[] {
  return union.anyOf.map((schema) => schema.properties.type.const);
}
