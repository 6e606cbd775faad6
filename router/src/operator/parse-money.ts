import { parseArgs } from 'node:util';
import { parseWallet } from '@watt/shared';

/** What an operator asks for, checked; `subject` is a signature, a freeze or a payout. */
export interface MoneyCommand {
  name: MoneyCommandName;
  subject: string;
  why: string;
  by: string | null;
  wallet: string;
  as: 'revenue' | 'suspense';
  isHeld: boolean;
  isAll: boolean;
  limit: number;
  after: string | null;
  isJson: boolean;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What each command takes: its subject, and the options that it needs. */
const COMMANDS = {
  status: { subject: null, needs: [] },
  open: { subject: null, needs: ['why'] },
  freezes: { subject: null, needs: [] },
  explain: { subject: 'signature', needs: ['as', 'why'] },
  freeze: { subject: null, needs: ['why'] },
  release: { subject: 'id', needs: ['why'] },
  suspense: { subject: null, needs: [] },
  claim: { subject: 'signature', needs: ['wallet', 'why'] },
  refund: { subject: 'signature', needs: ['wallet', 'why'] },
  payouts: { subject: null, needs: [] },
  retry: { subject: 'payout', needs: ['why'] },
  return: { subject: 'payout', needs: ['why'] },
  actions: { subject: null, needs: [] },
} as const satisfies Record<string, { subject: string | null; needs: readonly Needed[] }>;

type Needed = 'as' | 'why' | 'wallet';
export type MoneyCommandName = keyof typeof COMMANDS;

const ROWS = { usual: 50, max: 1000 };

export const MONEY_USAGE = `watt-router money <command>

  status                              chain, ledger and payouts at a glance; exit code 1 unless solvent
  open --why "…"                       begin an empty database with what the compute wallet holds
  freezes [--all]                     why nothing is paid out
  freeze --why "…"                    pay nothing out until it is released
  release <id> --why "…"              let go of a freeze
  explain <signature> --as revenue|suspense --why "…"
                                      book a transaction that is not ours, and release its freeze
  suspense                            payments without a clear payer
  claim <signature> --wallet A --why "…"
                                      give such a payment to a wallet's balance
  refund <signature> --wallet A --why "…"
                                      send such a payment back on chain
  payouts [--held]                    payouts that are not finished, or only those that are held
  retry <payout> --why "…"            try a held payout again
  return <payout> --why "…"           give a held payout back to whom it was taken from
  actions                             what operators did

  --by NAME                           who acts; the system's user if not said
  --limit N                           rows of a list, ${ROWS.usual} unless said
  --after SIGNATURE                   suspense: continue behind this one
  --json                              for programs
`;

/** @throws UsageError with a sentence for the operator. */
export function parseMoney(argv: readonly string[]): MoneyCommand {
  const { values, positionals } = readArgs(argv);
  const [name = '', subject, ...rest] = positionals;
  if (!Object.hasOwn(COMMANDS, name))
    throw new UsageError(name ? `There is no command "${name}"` : 'Name a command');
  const command = COMMANDS[name as MoneyCommandName];
  if (command.subject !== null && !subject) throw new UsageError(`${name} needs the ${command.subject}`);
  if ((command.subject === null && subject) || rest.length > 0)
    throw new UsageError(`${name} does not take "${rest[0] ?? subject}"`);
  for (const needed of command.needs)
    if (!values[needed]?.trim()) throw new UsageError(`${name} needs --${needed}`);
  if (values.as !== undefined && values.as !== 'revenue' && values.as !== 'suspense')
    throw new UsageError('--as is revenue or suspense');
  if (values.wallet !== undefined && !parseWallet(values.wallet))
    throw new UsageError('--wallet is not a base58 public key');
  const limit = Number(values.limit ?? ROWS.usual);
  if (!Number.isInteger(limit) || limit < 1 || limit > ROWS.max)
    throw new UsageError(`--limit is a whole number from 1 to ${ROWS.max}`);
  return {
    name: name as MoneyCommandName,
    subject: subject ?? '',
    why: values.why?.trim() ?? '',
    by: values.by?.trim() || null,
    wallet: values.wallet ?? '',
    as: values.as ?? 'revenue',
    isHeld: values.held ?? false,
    isAll: values.all ?? false,
    limit,
    after: values.after ?? null,
    isJson: values.json ?? false,
  };
}

function readArgs(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    ...{ as: text, why: text, wallet: text, by: text, limit: text, after: text },
    ...{ held: flag, all: flag, json: flag },
  };
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
