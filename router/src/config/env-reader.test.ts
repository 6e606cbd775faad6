import { base } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { createEnvReader } from './env-reader.ts';

describe('createEnvReader', () => {
  it('takes blank values for missing ones and trims the others', () => {
    const read = createEnvReader({ EMPTY: '', BLANK: '  ', NAME: ' value ' });
    expect(read.optional('EMPTY')).toBeUndefined();
    expect(read.optional('BLANK')).toBeUndefined();
    expect(read.optional('ABSENT')).toBeUndefined();
    expect(read.text('NAME')).toBe('value');
    expect(read.text('BLANK', 'fallback')).toBe('fallback');
    expect(read.integer('EMPTY', { fallback: 7, min: 1, max: 9 })).toBe(7);
    expect(read.price('BLANK', base(5n))).toBe(5n);
    expect(read.faults).toEqual([]);
  });

  it('holds whole numbers to their limits, the limits included', () => {
    const read = createEnvReader({ LOW: '1', HIGH: '9', BELOW: '0', ABOVE: '10' });
    const limits = { fallback: 5, min: 1, max: 9 };
    expect(read.integer('LOW', limits)).toBe(1);
    expect(read.integer('HIGH', limits)).toBe(9);
    expect(read.integer('BELOW', limits)).toBe(5);
    expect(read.integer('ABOVE', limits)).toBe(5);
    expect(read.faults).toEqual([
      'BELOW must be a whole number from 1 to 9, not "0"',
      'ABOVE must be a whole number from 1 to 9, not "10"',
    ]);
  });

  it('goes on after each fault, and says the words of a value’s own reader', () => {
    const read = createEnvReader({ LIST: 'x', CHOICE: 'c', AMOUNT: 'many' });
    const parse = (): string[] => {
      throw new TypeError('x is no y');
    };
    expect(read.parsed('LIST', '', parse)).toEqual([]);
    expect(read.oneOf('CHOICE', ['a', 'b'], 'a')).toBe('a');
    read.price('AMOUNT', base(1n));
    read.text('ABSENT');
    read.wallet('ABSENT_WALLET');
    read.fault('one of our own');
    expect(read.faults).toEqual([
      'LIST: x is no y',
      'CHOICE must be one of a, b, not "c"',
      'AMOUNT must be a WATT amount above 0 with at most 6 decimals, not "many"',
      'ABSENT is missing',
      'ABSENT_WALLET is missing',
      'one of our own',
    ]);
  });
});
