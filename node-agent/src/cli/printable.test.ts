import { expect, test } from 'vitest';
import { humanLog } from './human-log.ts';
import { printable } from './printable.ts';

test.each([
  ['plain, Grüße, 世界 🚀', 'plain, Grüße, 世界 🚀'],
  ['two\nlines', 'two\nlines'],
  ['\u001b]0;owned\u0007\u001b[2J', '\\u001b]0;owned\\u0007\\u001b[2J'],
  ['\rover\u0008\u009b31m\u202egnp', '\\u000dover\\u0008\\u009b31m\\u202egnp'],
])('%j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('no line of the log acts on the terminal', () => {
  let shown = '';
  const log = humanLog((text) => {
    shown += text;
  });
  const entry = {
    level: 40,
    time: 0,
    msg: 'not connected: \u001b[2J',
    reason: '\u001b[31m',
    err: { stack: 'Error: \u009b1m\n  at' },
  };
  log.write(`${JSON.stringify(entry)}\n`);
  log.write('no json \u001b[2J\n');
  for (const letter of ['\u001b', '\u009b']) expect(shown).not.toContain(letter);
  expect(shown).toContain('\n  at');
});
