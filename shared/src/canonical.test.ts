import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, sha256Hex } from './canonical.ts';

test('the text means the same value and does not change when written again', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      // Through JSON first, because minus zero has no form of its own there.
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test('the order in which members were written does not show', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
      const reversed = Object.fromEntries(Object.entries(record).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(record));
    }),
  );
});

test.each([[undefined], [Number.NaN], [Number.POSITIVE_INFINITY], [1n], [() => 1], [{ a: Number.NaN }]])(
  '%s has no JSON form',
  (value) => {
    expect(() => canonicalJson(value)).toThrow();
  },
);

test('text is hashed as UTF-8', () => {
  expect(sha256Hex('⚡')).toBe(sha256Hex(new Uint8Array([0xe2, 0x9a, 0xa1])));
  expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
