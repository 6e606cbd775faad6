import { expect, it } from 'vitest';
import { formatMemos, MEMO_PROGRAMS } from './memo.ts';

const KEYS = ['payer', ...MEMO_PROGRAMS];

function memo(
  program: number,
  data: Uint8Array,
): { programIdIndex: number; accounts: number[]; data: Uint8Array } {
  return { programIdIndex: program, accounts: [], data };
}

it('writes memos of both programs as a node lists them', () => {
  expect(formatMemos(KEYS, [])).toBeNull();
  expect(formatMemos(KEYS, [memo(0, Buffer.from('no memo'))])).toBeNull();
  expect(formatMemos(KEYS, [memo(1, Buffer.from('ünö')), memo(2, Buffer.from(''))])).toBe('[5] ünö; [0] ');
  expect(formatMemos(KEYS, [memo(1, Uint8Array.from([0xff]))])).toBe('[1] (unparseable)');
});
