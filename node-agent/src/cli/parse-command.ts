import { parseArgs } from 'node:util';
import { CliError } from './cli-error.ts';
import { nearest } from './nearest.ts';

const USAGE_EXIT = 2;

/** Flags of each command: `text` takes a value, `switch` does not. */
export const COMMANDS = {
  init: {
    home: 'text',
    router: 'text',
    'router-key': 'text',
    'router-address': 'text',
    name: 'text',
    class: 'text',
    services: 'text',
    wallet: 'text',
    'wallet-signature': 'text',
    'wallet-key': 'text',
    'no-wallet': 'switch',
    insecure: 'switch',
  },
  run: { home: 'text', install: 'switch', json: 'switch' },
  status: { home: 'text', json: 'switch' },
  doctor: { home: 'text', json: 'switch' },
  help: {},
  version: {},
} as const satisfies Record<string, Record<string, 'text' | 'switch'>>;

export type CommandName = keyof typeof COMMANDS;

export interface Command {
  name: CommandName;
  text: Readonly<Record<string, string | undefined>>;
  switches: ReadonlySet<string>;
}

const EVERYWHERE = ['help', 'version'];

/** Reads the command line. Throws a CliError that names the nearest command or flag. */
export function parseCommand(argv: readonly string[]): Command {
  const [first, ...rest] = argv;
  if (first === undefined || first === '--help' || first === '-h') return plain('help');
  if (first === '--version' || first === '-v') return plain('version');
  if (!isCommand(first)) {
    throw usageError(
      `watt-node has no command ${first}`,
      nearest(first, Object.keys(COMMANDS)),
      'watt-node help',
    );
  }
  const flags: Readonly<Record<string, 'text' | 'switch'>> = COMMANDS[first];
  const { tokens } = parseArgs({
    args: [...rest],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, kind]) => [
        name,
        { type: kind === 'text' ? 'string' : 'boolean' } as const,
      ]),
    ),
  });
  const text: Record<string, string> = {};
  const switches = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional')
      throw usageError(`${first} takes no ${token.value}`, null, `watt-node help`);
    if (token.name === 'help' || token.name === 'h') return plain('help');
    const kind = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (kind === undefined) {
      const near = nearest(token.name, [...Object.keys(flags), ...EVERYWHERE]);
      throw usageError(`${first} has no flag ${token.rawName}`, near && `--${near}`, 'watt-node help');
    }
    if (kind === 'switch' && token.value !== undefined)
      throw usageError(`--${token.name} takes no value`, null, '');
    if (kind === 'text' && !token.value) throw usageError(`--${token.name} needs a value`, null, '');
    if (kind === 'switch') switches.add(token.name);
    else text[token.name] = token.value ?? '';
  }
  return { name: first, text, switches };
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

function plain(name: CommandName): Command {
  return { name, text: {}, switches: new Set() };
}

function usageError(message: string, near: string | null, otherwise: string): CliError {
  return new CliError(message, { fix: near ? `Did you mean ${near}?` : otherwise, exitCode: USAGE_EXIT });
}
