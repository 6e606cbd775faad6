import { isUtf8 } from 'node:buffer';
import { TextDecoder as LegacyDecoder } from '@exodus/bytes/encoding.js';
import sniffEncoding from 'html-encoding-sniffer';
import type { ContentKind } from '../content-kind.ts';
import { detectEncoding } from './detect-encoding.ts';

const HEAD_BYTES = 64 * 1024;
const LATE_META = /<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w:.-]{1,40})/i;
const LANGUAGE = /<html[^>]{0,500}?\slang\s*=\s*["']?\s*([a-z]{2,3})\b/i;
const UNKNOWN = '';
const ASCII_END = 0x80;
/** Letters beyond ASCII for each that is broken. */
const MIN_SOUND = 4;
const TO_KANJI = ['\x1b$B', '\x1b$@'];
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
 * Finds a body's encoding as browsers do (byte-order mark, header, meta) and decodes it, except that of a header and a page that
 * contradict each other the bytes decide about UTF-8. Where none is declared, valid UTF-8 is UTF-8, and the rest is guessed from its
 * bytes. Source: WHATWG HTML, "determining the character encoding".
 */
export function decodeText(bytes: Uint8Array, { charset, kind }: DecodeOptions): DecodedText {
  const declared = declaredEncoding(bytes, { charset, kind });
  const encoding = declared || (kind === 'xml' && xmlEncoding(bytes)) || guessEncoding(bytes, kind);
  return { text: decode(bytes, encoding), encoding };
}

function declaredEncoding(bytes: Uint8Array, { charset, kind }: DecodeOptions): string {
  // Only HTML has a meta element to look for; elsewhere the same letters would be content.
  const options = { xml: kind !== 'html', defaultEncoding: UNKNOWN };
  const byPage = sniffEncoding(bytes, options);
  const byHeader =
    charset === undefined
      ? byPage
      : sniffEncoding(bytes, { ...options, transportLayerEncodingLabel: charset });
  const encoding = isContradicted(bytes, byHeader, byPage) ? byPage : byHeader;
  return encoding === REPLACEMENT ? UNKNOWN : encoding;
}

/** Servers with one charset in all their headers are right for some of their pages only; what is UTF-8 by its bytes is so by no accident. */
function isContradicted(bytes: Uint8Array, byHeader: string, byPage: string): boolean {
  if (byHeader === byPage || byPage === UNKNOWN) return false;
  if (byPage === 'UTF-8') return isUtf8(bytes) && bytes.some((byte) => byte >= ASCII_END);
  return byHeader === 'UTF-8' && byPage !== REPLACEMENT && !isMostlyUtf8(bytes);
}

function guessEncoding(bytes: Uint8Array, kind: ContentKind): string {
  const wide = unmarkedUtf16(bytes);
  if (wide !== null) return wide;
  if (isIso2022Jp(bytes)) return 'ISO-2022-JP';
  if (isUtf8(bytes)) return 'UTF-8';
  // The sniffer looks at the first 1,024 bytes only; pages with long heads declare theirs later.
  const head = kind === 'html' ? latin1(bytes.subarray(0, HEAD_BYTES)) : '';
  const late = nameOf(LATE_META.exec(head)?.[1]);
  if (late) return late;
  if (isMostlyUtf8(bytes)) return 'UTF-8';
  return detectEncoding(bytes, LANGUAGE.exec(head)?.[1]?.toLowerCase());
}

/** A page that was cut, or has a foreign piece pasted in, is UTF-8 all the same. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  const sound = text.match(/[^\0-\x7f\ufffd]/g)?.length ?? 0;
  return sound > broken * MIN_SOUND;
}

/** All of its bytes are ASCII; what tells is how it changes from one set of letters to another, and back. */
function isIso2022Jp(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return TO_KANJI.some((change) => text.includes(change)) && text.includes('\x1b(');
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
