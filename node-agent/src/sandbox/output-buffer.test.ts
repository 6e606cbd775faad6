import { expect, test } from 'vitest';
import { createOutputBuffer } from './output-buffer.ts';

function filled(capBytes: number, ...chunks: Array<string | number[]>) {
  const buffer = createOutputBuffer(capBytes);
  for (const chunk of chunks) buffer.push(Buffer.from(chunk as string));
  return { text: buffer.text(), truncated: buffer.truncated() };
}

test.each<[string, ReturnType<typeof filled>, { text: string; truncated: boolean }]>([
  ['nothing', filled(4), { text: '', truncated: false }],
  ['up to the cap', filled(4, 'ab', 'cd'), { text: 'abcd', truncated: false }],
  ['over the cap in one chunk', filled(4, 'abcdef'), { text: 'abcd', truncated: true }],
  ['over the cap in a later chunk', filled(4, 'abcd', 'e'), { text: 'abcd', truncated: true }],
  ['a character across chunks', filled(9, [0xe4, 0xb8], [0x96]), { text: '世', truncated: false }],
  ['a character across the cap', filled(2, [0x61, 0xe4, 0xb8, 0x96]), { text: 'a', truncated: true }],
  ['an unfinished character', filled(9, [0x61, 0xe4]), { text: 'a\ufffd', truncated: false }],
  ['a byte-order mark', filled(9, [0xef, 0xbb, 0xbf, 0x61]), { text: '\ufeffa', truncated: false }],
])('%s', (_name, got, expected) => {
  expect(got).toEqual(expected);
});

test('what was left out is said between the first and the last bytes; characters that the gap cuts go with it', () => {
  const buffer = createOutputBuffer(100);
  buffer.push(Buffer.from('aé').subarray(0, 2));
  buffer.push(Buffer.from('éz').subarray(1), true);
  expect(buffer.text(1004)).toBe('a\n[… 1000 bytes left out …]\nz');
  expect(buffer.text()).toBe('a\n[… left out …]\nz');
  expect(buffer.truncated()).toBe(true);
});
