import { isUtf8 } from 'node:buffer';
import sniffEncoding from 'html-encoding-sniffer';
import iconv from 'iconv-lite';
import type { ContentKind } from '../content-kind.ts';

const LATE_META_BYTES = 64 * 1024;
const LATE_META = /<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w:.-]{1,40})/i;
const FALLBACK = 'windows-1252';
const UNKNOWN = '';
/** WHATWG names that iconv-lite spells otherwise. */
const ICONV_NAMES: Readonly<Record<string, string>> = {
  'ISO-8859-8-I': 'iso-8859-8',
  'x-mac-cyrillic': 'maccyrillic',
  'x-user-defined': 'latin1',
};

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
 * UTF-8 and the rest windows-1252. Not with TextDecoder: Node 20 reads windows-1252 as Latin-1, so that the euro sign is lost.
 */
export function decodeText(bytes: Uint8Array, { charset, kind }: DecodeOptions): DecodedText {
  const declared = sniffEncoding(bytes, {
    // Only HTML has a meta element to look for; elsewhere the same letters would be content.
    xml: kind !== 'html',
    defaultEncoding: UNKNOWN,
    ...(charset !== undefined && { transportLayerEncodingLabel: charset }),
  });
  const encoding = declared || (kind === 'xml' && xmlEncoding(bytes)) || guessEncoding(bytes, kind);
  return { text: decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encoding), encoding };
}

function guessEncoding(bytes: Uint8Array, kind: ContentKind): string {
  if (isUtf8(bytes)) return 'UTF-8';
  if (kind !== 'html') return FALLBACK;
  // The sniffer looks at the first 1,024 bytes only; pages with long heads declare theirs later.
  const head = Buffer.from(bytes.subarray(0, LATE_META_BYTES)).toString('latin1');
  return nameOf(LATE_META.exec(head)?.[1]) || FALLBACK;
}

function xmlEncoding(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
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
  return name.startsWith('UTF-16') ? 'UTF-8' : name;
}

function decode(bytes: Buffer, encoding: string): string {
  if (encoding === 'UTF-8') return iconv.decode(bytes, 'utf8');
  // iconv-lite does not know this one, and Node's decoder has no fault in it.
  if (encoding === 'ISO-2022-JP') return new TextDecoder('iso-2022-jp').decode(bytes);
  const name = ICONV_NAMES[encoding] ?? encoding;
  return iconv.decode(bytes, iconv.encodingExists(name) ? name : FALLBACK);
}
