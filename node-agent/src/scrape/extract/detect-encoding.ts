import { TextDecoder } from '@exodus/bytes/encoding.js';
import chardet from 'chardet';

const FALLBACK = 'windows-1252';
const SAMPLE_BYTES = 16 * 1024;
const ASCII_END = 0x80;

/** Encodings of several bytes a letter have a pattern of their own, so that little text is proof. */
const MULTI_BYTE = new Map([
  ['Shift_JIS', 'Shift_JIS'],
  ['EUC-JP', 'EUC-JP'],
  ['EUC-KR', 'EUC-KR'],
  ['GB18030', 'GBK'],
  ['Big5', 'Big5'],
]);
const MULTI_BYTE_SURE = 60;
/** Alphabets without Latin letters, and the letters that make up most of any text in them. In KOI8-R, windows-1251 is capitals. */
const OTHER_ALPHABETS: readonly (readonly [encoding: string, common: string])[] = [
  ...['windows-1251', 'KOI8-R', 'ISO-8859-5', 'IBM866'].map((name) => [name, 'оеаинтсрвлкмдпуя'] as const),
  ['KOI8-U', 'оеаинтсрвлкмдпуяіїє'],
  ['windows-1253', 'αοιετσνηυρςκπλ'],
  ['windows-1255', 'יוהלאמרתבשנדחק'],
  ['windows-1256', 'اليمنوترهبةدعسف'],
  ['ISO-8859-6', 'اليمنوترهبةدعسف'],
  ['windows-874', 'านรอกเงมยลวดทสตปบคหแจพชขใไโผถ\u0e31\u0e34\u0e35\u0e37\u0e38\u0e39\u0e48\u0e49\u0e4c'],
];
/** Signs and digits beyond ASCII are rare in text, so they count as letters, and against an encoding that shows many. */
const LETTER = /[\p{L}\p{M}\p{N}\p{S}\ufffd]/gu;
const MIN_LETTERS = 8;
const OTHER_ALPHABET_SURE = 0.5;
/** Nearly every letter of such a word is beyond ASCII. */
const OTHER_ALPHABET_SHARE = 0.7;
/** What browsers assume in these languages, where Latin letters with accents tell too little. Source: WHATWG HTML, locale table. */
const BY_LANGUAGE = new Map([
  ...['cs', 'hu', 'pl', 'sk', 'sl', 'hr', 'bs', 'ro'].map((language) => [language, 'windows-1250'] as const),
  ...['et', 'lt', 'lv'].map((language) => [language, 'windows-1257'] as const),
  ...['tr', 'az', 'ku'].map((language) => [language, 'windows-1254'] as const),
  ['vi', 'windows-1258'],
  ['th', 'windows-874'],
]);

/** What pairs of letters tell where the page does not say its language. */
const BY_PAIRS = new Map([
  ['ISO-8859-2', 'windows-1250'],
  ['windows-1250', 'windows-1250'],
  ['ISO-8859-9', 'windows-1254'],
  ['windows-1254', 'windows-1254'],
]);
/** ŚŠŤŹŽąśťźž. */
const LATIN2_LETTERS = new Set([0xa6, 0xa9, 0xab, 0xac, 0xae, 0xb1, 0xb6, 0xbb, 0xbc, 0xbe]);

/** Guesses the encoding of bytes that declare none and are no UTF-8, by what their letters look like and by the page's language. */
export function detectEncoding(bytes: Uint8Array, language: string | undefined): string {
  const { words, highShare } = foreignWords(bytes);
  const [best] = chardet.analyse(words);
  if (best) {
    const multiByte = MULTI_BYTE.get(best.name);
    if (multiByte !== undefined && best.confidence >= MULTI_BYTE_SURE) return multiByte;
  }
  const other = highShare >= OTHER_ALPHABET_SHARE ? otherAlphabet(words) : null;
  if (other !== null) return other;
  const usual = BY_LANGUAGE.get(language ?? '') ?? BY_PAIRS.get(best?.name ?? '') ?? FALLBACK;
  return usual === 'windows-1250' && isLatin2(words) ? 'ISO-8859-2' : usual;
}

/** Windows puts the letters š, ś, ť, ž and ź where ISO 8859-2 has nothing, and signs where that has letters. */
function isLatin2(words: Uint8Array): boolean {
  return words.some((byte) => LATIN2_LETTERS.has(byte)) && !words.some((byte) => byte >= 0x80 && byte < 0xa0);
}

function otherAlphabet(words: Uint8Array): string | null {
  const [best] = OTHER_ALPHABETS.map(([encoding, common]) => {
    const all = new TextDecoder(encoding).decode(words).match(LETTER) ?? [];
    const letters = all.filter((letter) => letter > '\u007f');
    const hits = letters.filter((letter) => common.includes(letter)).length;
    return { encoding, share: letters.length < MIN_LETTERS ? 0 : hits / letters.length };
  }).sort((a, b) => b.share - a.share);
  return best && best.share >= OTHER_ALPHABET_SURE ? best.encoding : null;
}

/** The words with bytes beyond ASCII, as far as the sample goes: tags and scripts would look like English. */
function foreignWords(bytes: Uint8Array): { words: Uint8Array; highShare: number } {
  const words = new Uint8Array(SAMPLE_BYTES);
  let length = 0;
  let high = 0;
  let letters = 0;
  for (let at = 0; at < bytes.length && length < SAMPLE_BYTES; ) {
    const start = at;
    let isForeign = false;
    for (; at < bytes.length && isOfWord(bytes[at]); at += 1) isForeign ||= isHigh(bytes[at]);
    if (isForeign) {
      for (const byte of bytes.subarray(start, Math.min(at, start + SAMPLE_BYTES - length))) {
        words[length++] = byte;
        letters += 1;
        if (isHigh(byte)) high += 1;
      }
      if (length < SAMPLE_BYTES) words[length++] = 0x20;
    }
    at += 1;
  }
  return { words: words.subarray(0, length), highShare: letters === 0 ? 0 : high / letters };
}

/** Second bytes of Shift_JIS, GBK and Big5 reach into ASCII from 0x40 on; blanks, brackets and punctuation below part words. */
function isOfWord(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x40;
}

function isHigh(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ASCII_END;
}
