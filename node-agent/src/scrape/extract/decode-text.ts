import { isUtf8 } from 'node:buffer';
import { TextDecoder as LegacyDecoder } from '@exodus/bytes/encoding.js';
import sniffEncoding from 'html-encoding-sniffer';
import type { ContentKind } from '../content-kind.ts';
import { detectEncoding } from './detect-encoding.ts';

const HEAD_BYTES = 64 * 1024;
const LATE_META = /<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w:.-]{1,40})/i;
const LANGUAGE = /<html[^>]{0,500}?\slang\s*=\s*["']?\s*([a-z]{2,3})\b/i;
const UNKNOWN = '';
/** What browsers make one U+FFFD of, such as hz-gb-2312; here its bytes are looked at. Source: WHATWG Encoding, 14.1. */
const REPLACEMENT = 'replacement';

export interface DecodedText {
  text: string;
  /** WHATWG name, such as `Shift_JIS`. */
  encoding: string;
}

interface DecodeOptions {
  /** The charset of the Content-Type header, as written. */
  charset: string | undefined;
  kind: ContentKind;
}

/**
 * Finds a body's encoding as browsers do (byte-order mark, header, meta) and decodes it. Where none is declared, valid UTF-8 is
 * UTF-8, and the rest is guessed from its bytes. Source: WHATWG HTML, "determining the character encoding".
 */
export function decodeText(bytes: Uint8Array, { charset, kind }: DecodeOptions): DecodedText {
  const declared = sniffEncoding(bytes, {
    // Only HTML has a meta element to look for; elsewhere the same letters would be content.
    xml: kind !== 'html',
    defaultEncoding: UNKNOWN,
    ...(charset !== undefined && { transportLayerEncodingLabel: charset }),
  });
  const named = declared === REPLACEMENT ? UNKNOWN : declared;
  const encoding = named || (kind === 'xml' && xmlEncoding(bytes)) || guessEncoding(bytes, kind);
  return { text: decode(bytes, encoding), encoding };
}

function guessEncoding(bytes: Uint8Array, kind: ContentKind): string {
  const wide = unmarkedUtf16(bytes);
  if (wide !== null) return wide;
  if (isUtf8(bytes)) return 'UTF-8';
  // The sniffer looks at the first 1,024 bytes only; pages with long heads declare theirs later.
  const head = kind === 'html' ? latin1(bytes.subarray(0, HEAD_BYTES)) : '';
  return nameOf(LATE_META.exec(head)?.[1]) || detectEncoding(bytes, LANGUAGE.exec(head)?.[1]?.toLowerCase());
}

/** Markup begins with ASCII, of which every other byte is zero in UTF-16. */
function unmarkedUtf16(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'UTF-16LE';
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return 'UTF-16BE';
  return null;
}

function xmlEncoding(bytes: Uint8Array): string {
  const head = latin1(bytes.subarray(0, 200));
  return nameOf(/^<\?xml[^>]*\sencoding\s*=\s*["']([\w:.-]+)["']/.exec(head)?.[1]);
}

/** The WHATWG name for a label, or the empty string; the sniffer is the table. */
function nameOf(label: string | undefined): string {
  if (label === undefined) return UNKNOWN;
  const name = sniffEncoding(new Uint8Array(), {
    transportLayerEncodingLabel: label,
    defaultEncoding: UNKNOWN,
  });
  // A page that says UTF-16 in ASCII cannot be UTF-16. Source: WHATWG HTML, prescan.
  if (name === REPLACEMENT) return UNKNOWN;
  return name.startsWith('UTF-16') ? 'UTF-8' : name;
}

/** Node's own decoder is native, but right for UTF-8 only: Node 20 reads windows-1252 as Latin-1, so that the euro sign is lost. */
function decode(bytes: Uint8Array, encoding: string): string {
  const decoder = encoding === 'UTF-8' ? new TextDecoder() : new LegacyDecoder(encoding);
  return decoder.decode(bytes);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
