import { describe, expect, test } from 'vitest';
import { decodeText } from './decode-text.ts';

/** The bytes are from Python's codecs, which share no code with ours. */
const SAMPLES: [encoding: string, text: string, hex: string][] = [
  [
    'Shift_JIS',
    '日本語ソーステスト、ｶﾅと表示～①',
    '93fa967b8cea835c815b83588365835883678141b6c582c6955c8ea681608740',
  ],
  ['EUC-JP', '日本語の表示テスト、かな', 'c6fccbdcb8eca4cec9bdbca8a5c6a5b9a5c8a1a2a4aba4ca'],
  ['GBK', '中文网页测试：镕朱', 'd6d0cec4cdf8d2b3b2e2cad4a3bae946d6ec'],
  ['gb18030', '中文𠀀ṻ', 'd6d0cec4953282368135fa37'],
  ['Big5', '臺灣網頁測試，許功蓋', 'bb4fc657baf4adb6b4fab8d5a141b35ca55cbb5c'],
  ['EUC-KR', '한국어 웹 페이지 뷁 똠방각하', 'c7d1b1b9beee20c0a520c6e4c0ccc1f62094ee208c63b9e6b0a2c7cf'],
  ['windows-1252', '“Größe” – 5 € … ŒuvreŽ', '934772f6df65942096203520802085208c757672658e'],
  ['KOI8-R', 'Съешь ещё этих мягких булок', 'f3dfc5dbd820c5dda320dcd4c9c820cdd1c7cbc9c820c2d5cccfcb'],
  [
    'windows-1251',
    'Съешь ещё этих мягких булок, №5 «да», и выпей чаю',
    'd1fae5f8fc20e5f9b820fdf2e8f520ecffe3eae8f520e1f3ebeeea2c20b93520abe4e0bb2c20e820e2fbefe5e920f7e0fe',
  ],
  ['windows-1250', 'Příliš žluťoučký kůň', '50f8ed6c699a209e6c759d6f75e86bfd206bf9f2'],
  [
    'windows-1253',
    'Η Αθήνα είναι η πρωτεύουσα της Ελλάδας',
    'c720c1e8deede120e5dfede1e920e720f0f1f9f4e5fdeff5f3e120f4e7f220c5ebebdce4e1f2',
  ],
  [
    'windows-874',
    'ท่าเรือเก่าถูกสร้างขึ้นเป็นระยะ',
    'b7e8d2e0c3d7cde0a1e8d2b6d9a1cac3e9d2a7a2d6e9b9e0bbe7b9c3d0c2d0',
  ],
  ['ISO-2022-JP', '日本語', '1b2442467c4b5c386c1b2842'],
  [
    'KOI8-U',
    'Її ґрунт є глибокий, рибалки виходять щоранку',
    'b7a720add2d5ced420a420c7ccc9c2cfcbc9ca2c20d2c9c2c1cccbc920d7c9c8cfc4d1d4d820ddcfd2c1cecbd5',
  ],
];
const WIDE: typeof SAMPLES = [
  ['UTF-16LE', '日本 𠀀 é', 'e5652c67200040d800dc2000e900'],
  ['UTF-16BE', '日本 𠀀 é', '65e5672c0020d840dc00002000e9'],
];

const bytesOf = (hex: string) => Buffer.from(hex, 'hex');
const html = (head: string, body: Buffer) => Buffer.concat([Buffer.from(`<html>${head}<p>`, 'latin1'), body]);
const read = (bytes: Uint8Array, charset?: string) => decodeText(bytes, { charset, kind: 'html' });

test.each([...SAMPLES, ...WIDE])('%s by the header', (encoding, text, hex) => {
  expect(read(bytesOf(hex), encoding)).toEqual({ text, encoding });
});

test.each(SAMPLES)('%s by a meta element, early, late, and in the old form', (encoding, text, hex) => {
  const early = `<meta charset="${encoding.toLowerCase()}">`;
  const old = `<meta http-equiv=Content-Type content="text/html; charset=${encoding}">`;
  for (const head of [early, old, `<!--${'x'.repeat(5_000)}-->${early}`]) {
    const decoded = read(html(head, bytesOf(hex)));
    expect(decoded).toEqual({ text: `<html>${head}<p>${text}`, encoding });
  }
});

test.each(WIDE)('%s by its byte-order mark, against the header, and unmarked', (encoding, text, hex) => {
  const mark = encoding === 'UTF-16LE' ? 'fffe' : 'feff';
  expect(read(bytesOf(mark + hex), 'shift_jis')).toEqual({ text, encoding });
  const page = Buffer.from('<html><p>é', 'utf16le');
  const unmarked = encoding === 'UTF-16LE' ? page : page.swap16();
  expect(read(unmarked)).toEqual({ text: '<html><p>é', encoding });
});

test.each(SAMPLES.filter(([name]) => !['gb18030', 'windows-1250'].includes(name)))(
  '%s by nothing but its letters',
  (encoding, text, hex) => {
    const body = Buffer.concat(
      Array.from({ length: 8 }, () => Buffer.concat([bytesOf(hex), Buffer.from(' ')])),
    );
    const decoded = read(html('<div class="a"><a href="http://example.com/">link</a></div>', body));
    expect(decoded.encoding).toBe(encoding);
    expect(decoded.text).toContain(text);
  },
);

test.each([
  ['pl', 'windows-1250'],
  ['tr', 'windows-1254'],
  ['lt', 'windows-1257'],
  ['fr', 'windows-1252'],
])('Latin letters with accents, in the language %s, are %s', (language, encoding) => {
  expect(read(Buffer.from(`<html lang="${language}"><p>caf\xe9`, 'latin1')).encoding).toBe(encoding);
});

test('the two sets of Latin letters for central Europe are told apart', () => {
  const [latin2, windows] = [
    '53746172fd2070f8ed737461762062796c2073746176ec6e20706f2065746170e163682c206e656a70727665207a652064f86576612c20706f7a64ec6a69207a206b616d656e652c2061206f642074e920646f62792062796c206476616b72e17420726f7ab9edf8656e2e20ae6c75bb6f75e86bfd206bf9f220fa70ec6c20efe162656c736be920f364792e',
    '53746172fd2070f8ed737461762062796c2073746176ec6e20706f2065746170e163682c206e656a70727665207a652064f86576612c20706f7a64ec6a69207a206b616d656e652c2061206f642074e920646f62792062796c206476616b72e17420726f7a9aedf8656e2e208e6c759d6f75e86bfd206bf9f220fa70ec6c20efe162656c736be920f364792e',
  ];
  for (const lang of ['', ' lang=cs']) {
    const page = (hex: string) => Buffer.concat([Buffer.from(`<html${lang}><p>`), bytesOf(hex.repeat(3))]);
    expect(read(page(latin2))).toMatchObject({
      encoding: 'ISO-8859-2',
      text: expect.stringContaining(
        'Starý přístav byl stavěn po etapách, nejprve ze dřeva, později z kamene, a od té doby byl dvakrát rozšířen. Žluťoučký kůň úpěl ďábelské ódy.',
      ),
    });
    expect(read(page(windows))).toMatchObject({
      encoding: 'windows-1250',
      text: expect.stringContaining(
        'Starý přístav byl stavěn po etapách, nejprve ze dřeva, později z kamene, a od té doby byl dvakrát rozšířen. Žluťoučký kůň úpěl ďábelské ódy.',
      ),
    });
  }
});

test('where header and page contradict each other, the bytes decide about UTF-8', () => {
  const page = Buffer.from('<meta charset=utf-8><p>Größe, 港');
  expect(read(page, 'iso-8859-1')).toMatchObject({
    encoding: 'UTF-8',
    text: expect.stringContaining('Größe, 港'),
  });
  const old = Buffer.concat([Buffer.from('<meta charset=windows-1251><p>'), bytesOf('c4e0')]);
  expect(read(old, 'utf-8')).toMatchObject({ encoding: 'windows-1251', text: expect.stringContaining('Да') });
  expect(read(old, 'koi8-r').encoding).toBe('KOI8-R');
  const wrongMeta = Buffer.from('<meta charset=iso-8859-1><p>Größe, 港');
  expect(read(wrongMeta, 'utf-8')).toMatchObject({
    encoding: 'UTF-8',
    text: expect.stringContaining('Größe, 港'),
  });
});

test('a page with one broken letter is UTF-8 all the same', () => {
  const page = Buffer.concat([Buffer.from('<p>Größe, 港, été, naïve'), bytesOf('ff')]);
  expect(read(page)).toEqual({ encoding: 'UTF-8', text: '<p>Größe, 港, été, naïve\ufffd' });
  expect(read(page.subarray(0, -3), 'utf-8').encoding).toBe('UTF-8');
});

describe('what the standard decides otherwise than tables elsewhere', () => {
  test.each([
    ['latin1', '80 9f', '€Ÿ', 'windows-1252'],
    ['us-ascii', '81', '\u0081', 'windows-1252'],
    ['iso-8859-9', 'd0', 'Ğ', 'windows-1254'],
    ['sjis', '5c 7e 8160', '\\~～', 'Shift_JIS'],
    ['gb2312', '80', '€', 'GBK'],
    ['ks_c_5601-1987', '8141', '갂', 'EUC-KR'],
    ['big5-hkscs', '8862 fa40', 'Ê̄𠕇', 'Big5'],
    ['utf-8', 'ff 41 e282', '\ufffdA\ufffd', 'UTF-8'],
    ['utf-16le', '00d8 4100', '\ufffdA', 'UTF-16LE'],
    ['shift_jis', '81', '\ufffd', 'Shift_JIS'],
  ])('%s: %s', (label, hex, text, encoding) => {
    expect(read(bytesOf(hex.replaceAll(' ', '')), label)).toEqual({ text, encoding });
  });

  test('the mark beats the header, the header beats the page, and a label that nobody knows is passed over', () => {
    const page = Buffer.from('<meta charset=koi8-r>é', 'utf8');
    expect(read(Buffer.concat([bytesOf('efbbbf'), page]), 'shift_jis')).toMatchObject({ encoding: 'UTF-8' });
    expect(read(page, 'utf-8')).toEqual({ text: '<meta charset=koi8-r>é', encoding: 'UTF-8' });
    expect(read(page, 'klingon').encoding).toBe('KOI8-R');
    expect(read(Buffer.from('<meta charset=utf-16>x')).encoding).toBe('UTF-8');
  });

  test('encodings that browsers refuse to read are guessed from their bytes', () => {
    const page = Buffer.from('<p>plain letters');
    for (const label of ['hz-gb-2312', 'iso-2022-kr', 'replacement']) {
      expect(read(page, label)).toEqual({ text: '<p>plain letters', encoding: 'UTF-8' });
      expect(read(Buffer.concat([Buffer.from(`<meta charset=${label}>`), page])).encoding).toBe('UTF-8');
    }
  });

  test('XML says it in its first line; JSON and text have no meta elements', () => {
    const xml = Buffer.from('<?xml version="1.0" encoding="windows-1251"?><a>\xc4\xe0</a>', 'latin1');
    expect(decodeText(xml, { charset: undefined, kind: 'xml' }).text).toContain('<a>Да</a>');
    const text = Buffer.from('<meta charset=gbk>é');
    expect(decodeText(text, { charset: undefined, kind: 'text' }).encoding).toBe('UTF-8');
  });
});

test.each([
  ['empty', Buffer.alloc(0), 'UTF-8'],
  ['one byte', Buffer.from([0xff]), 'windows-1252'],
  ['all of the same', Buffer.alloc(1_000_000, 0xe4), null],
  ['noise', Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919 + (i >> 3)) % 256)), null],
])('%s', (_, bytes, encoding) => {
  const decoded = read(bytes);
  if (encoding !== null) expect(decoded.encoding).toBe(encoding);
  expect(decoded.text.length).toBeLessThanOrEqual(bytes.length);
});
