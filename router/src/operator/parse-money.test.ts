import { expect, it } from 'vitest';
import { formatTable } from './format-table.ts';
import { parseMoney } from './parse-money.ts';

const WALLET = '8opHzTAnfzRpPEx21XtnrVTX28YQuCpAjcn1PczScKh';

it('takes what the usage says', () => {
  expect(parseMoney(['explain', 'sig', '--as', 'suspense', '--why', ' moved ', '--by', 'ann'])).toMatchObject(
    {
      name: 'explain',
      subject: 'sig',
      as: 'suspense',
      why: 'moved',
      by: 'ann',
    },
  );
  expect(parseMoney(['payouts', '--held', '--json', '--limit', '5'])).toMatchObject({
    isHeld: true,
    isJson: true,
    limit: 5,
  });
});

it.each([
  ['nothing', []],
  ['an unknown command', ['steal']],
  ['a name that every object has', ['constructor']],
  ['an action without a why', ['freeze']],
  ['an empty why', ['freeze', '--why', ' ']],
  ['a missing subject', ['release', '--why', 'x']],
  ['one subject too many', ['release', '1', '2', '--why', 'x']],
  ['a subject where none is taken', ['status', 'now']],
  ['an account that is not ours to take from', ['explain', 's', '--why', 'x', '--as', 'customers']],
  ['a wallet that is none', ['claim', 's', '--why', 'x', '--wallet', 'abc']],
  ['a claim without its wallet', ['claim', 's', '--why', 'x']],
  ['a limit out of bounds', ['payouts', '--limit', '100000']],
  ['an unknown option', ['status', '--force']],
])('refuses %s', (_, argv) => {
  expect(() => parseMoney(argv)).toThrow(expect.objectContaining({ name: 'UsageError' }));
});

it('takes a wallet by its key', () => {
  expect(parseMoney(['claim', 's', '--why', 'x', '--wallet', WALLET]).wallet).toBe(WALLET);
});

it('shows rows as columns, and nothing that would move the cursor', () => {
  expect(
    formatTable([
      { a: 'x', memo: '\u001b[2J' },
      { a: 'longer', memo: 'y' },
    ]),
  ).toBe('a       memo\nx       ?[2J\nlonger  y');
});
