import { createHash } from 'node:crypto';
import { malleate, referenceKey, referenceSign } from './reference.ts';

export interface FrameVector {
  name: string;
  public_key: string;
  text: string;
  /** Null for a good frame. */
  fault: 'not_a_frame' | 'bad_signature' | 'bad_json' | 'bad_body_hash' | null;
  header?: Record<string, unknown>;
  body?: string | null;
}

const key = referenceKey(11);
const body = '{"success":true,"data":{"title":"Grüße ⚡"}}';
const header = { type: 'heartbeat', session: 's'.repeat(43), seq: 7, leases: [] };
const bound = { ...header, body_sha256: createHash('sha256').update(body).digest('hex') };

/** Whole text frames: `<signature>.<header>` or `<signature>.<header>\n<body>`. */
export function frameVectors(): FrameVector[] {
  return [...valid(), ...forged(), ...misshapen(), ...unbound()];
}

function frame(signedHeader: string, frameBody: string | null = null, domain = 'watt/frame/1'): string {
  const start = `${referenceSign(key, domain, signedHeader)}.${signedHeader}`;
  return frameBody === null ? start : `${start}\n${frameBody}`;
}

function valid(): FrameVector[] {
  const emptyHash = createHash('sha256').update('').digest('hex');
  const lines = 'first\nsecond\n';
  const linesHash = createHash('sha256').update(lines).digest('hex');
  const good = (name: string, signedHeader: Record<string, unknown>, frameBody: string | null) => ({
    name,
    public_key: key.publicKey,
    text: frame(JSON.stringify(signedHeader), frameBody),
    fault: null,
    header: signedHeader,
    body: frameBody,
  });
  return [
    good('header alone', header, null),
    good('header and body', bound, body),
    good('body of no length', { ...header, body_sha256: emptyHash }, ''),
    good('body with line feeds', { ...header, body_sha256: linesHash }, lines),
    good('line feed inside a header string', { ...header, note: 'a\nb.c' }, null),
  ];
}

function bad(name: string, text: string, fault: FrameVector['fault']): FrameVector {
  return { name, public_key: key.publicKey, text, fault };
}

function forged(): FrameVector[] {
  const good = frame(JSON.stringify(header));
  const signature = good.slice(0, 86);
  return [
    bad(
      'one bit of the signature flipped',
      (good.startsWith('A') ? 'g' : 'A') + good.slice(1),
      'bad_signature',
    ),
    bad('one letter of the header changed', good.replace('"seq":7', '"seq":8'), 'bad_signature'),
    bad(
      'signed for the receipt domain',
      frame(JSON.stringify(header), null, 'watt/receipt/1'),
      'bad_signature',
    ),
    { ...bad('signed by another key', good, 'bad_signature'), public_key: referenceKey(12).publicKey },
    bad('header cut short', good.slice(0, -1), 'bad_signature'),
    bad(
      'header with its members in another order',
      `${signature}.${JSON.stringify(reversed())}`,
      'bad_signature',
    ),
    bad('malleated signature', malleate(signature) + good.slice(86), 'bad_signature'),
    bad(
      'carriage return before the line feed',
      frame(JSON.stringify(bound), body).replace('\n', '\r\n'),
      'bad_signature',
    ),
  ];
}

function reversed(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(header).reverse());
}

function misshapen(): FrameVector[] {
  const good = frame(JSON.stringify(header));
  return [
    bad('nothing', '', 'not_a_frame'),
    bad('signature alone', good.slice(0, 86), 'not_a_frame'),
    bad('signature and dot alone', good.slice(0, 87), 'not_a_frame'),
    bad('signature cut short', good.slice(1), 'not_a_frame'),
    bad('padded signature', good.replace('.', '==.'), 'not_a_frame'),
    bad('no signature', JSON.stringify(header), 'not_a_frame'),
    bad('good signature over text that is no JSON', frame('hello'), 'bad_json'),
    bad('good signature over null', frame('null'), 'bad_json'),
    bad('good signature over a number', frame('7'), 'bad_json'),
    bad('good signature over a list', frame('[]'), 'bad_json'),
  ];
}

function unbound(): FrameVector[] {
  const good = frame(JSON.stringify(bound), body);
  const withHash = (hash: unknown) => frame(JSON.stringify({ ...header, body_sha256: hash }), body);
  return [
    bad('body changed', good.replace('true', 'fals'), 'bad_body_hash'),
    bad('body cut short', good.slice(0, -1), 'bad_body_hash'),
    bad('body missing', frame(JSON.stringify(bound)), 'bad_body_hash'),
    bad(
      'body added to a header that names none',
      `${frame(JSON.stringify(header))}\n${body}`,
      'bad_body_hash',
    ),
    bad('line feed added', `${frame(JSON.stringify(header))}\n`, 'bad_body_hash'),
    bad('hash in upper case', withHash(bound.body_sha256.toUpperCase()), 'bad_body_hash'),
    bad('hash of null', withHash(null), 'bad_body_hash'),
  ];
}
