import { expect, test } from 'vitest';
import { HELP_TEXT } from './help-text.ts';
import { COMMANDS, parseCommand } from './parse-command.ts';

test('flags are read in both spellings', () => {
  const { name, text, switches } = parseCommand(['init', '--home=/a', '--name', 'kitchen', '--insecure']);
  expect({ name, text: { ...text }, switches: [...switches] }).toEqual({
    name: 'init',
    text: { home: '/a', name: 'kitchen' },
    switches: ['insecure'],
  });
});

test.each([[[]], [['--help']], [['-h']], [['run', '--help']], [['init', '-h']]])(
  '%j asks for help',
  (argv) => {
    expect(parseCommand(argv).name).toBe('help');
  },
);

test.each([
  [['rum'], 'watt-node has no command rum'],
  [['run', '--jsn'], 'run has no flag --jsn'],
  [['run', 'now'], 'run takes no now'],
  [['run', '--json=yes'], '--json takes no value'],
  [['run', '--home'], '--home needs a value'],
  [['run', '--constructor'], 'run has no flag --constructor'],
])('%j is refused', (argv, message) => {
  expect(() => parseCommand(argv)).toThrow(message);
});

test('the help names every flag of every command', () => {
  for (const flags of Object.values(COMMANDS)) {
    for (const flag of Object.keys(flags)) expect(HELP_TEXT).toContain(`--${flag}`);
  }
});
