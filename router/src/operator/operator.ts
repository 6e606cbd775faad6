import { userInfo } from 'node:os';
import { createSolana } from '../chain/chain.ts';
import { ConfigError } from '../config/config.ts';
import { createEnvReader, type Env } from '../config/env-reader.ts';
import { connectDatabase } from '../db/connect.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { loadSystemAccounts } from '../ledger/ledger.ts';
import { formatTable } from './format-table.ts';
import { explain, freeze, release, showFreezes } from './freeze-commands.ts';
import { openBooks } from './open-books.ts';
import type { CommandRun, OperatorDesk, Report } from './operator-desk.ts';
import {
  MONEY_USAGE,
  type MoneyCommand,
  type MoneyCommandName,
  parseMoney,
  UsageError,
} from './parse-money.ts';
import { claim, refund, showSuspense } from './payment-commands.ts';
import { giveBack, retry, showActions, showPayouts } from './payout-commands.ts';
import { showStatus } from './show-status.ts';

const RUNS: Record<MoneyCommandName, CommandRun> = {
  status: showStatus,
  open: openBooks,
  freezes: showFreezes,
  explain,
  freeze,
  release,
  suspense: showSuspense,
  claim,
  refund,
  payouts: showPayouts,
  retry,
  return: giveBack,
  actions: showActions,
};

/** Exit codes of `watt-router money`. */
export const EXIT = { done: 0, refused: 1, usage: 2, fault: 3 } as const;

const READS_CHAIN: readonly MoneyCommandName[] = ['status', 'open'];
const CALL_TIMEOUT_MS = 10_000;

/** Runs `watt-router money …`: asks nothing, writes a table or JSON. Returns the exit code. */
export async function runMoney(
  argv: readonly string[],
  env: Env,
  out: { write(text: string): unknown; fault(text: string): unknown },
): Promise<number> {
  try {
    const command = parseMoney(argv);
    const report = await runAtDesk(command, env);
    out.write(command.isJson ? toJson(report) : toText(report));
    return report.isDone ? EXIT.done : EXIT.refused;
  } catch (error) {
    if (error instanceof UsageError) {
      out.fault(`${error.message}\n\n${MONEY_USAGE}`);
      return EXIT.usage;
    }
    out.fault(`${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.fault;
  }
}

async function runAtDesk(command: MoneyCommand, env: Env): Promise<Report> {
  const read = createEnvReader(env);
  const databaseUrl = read.text('DATABASE_URL');
  const reconcileSeconds = read.integer('RECONCILE_SECONDS', { fallback: 60, min: 1, max: 3600 });
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  const [rpcUrl, mint, computeWallet] = ['SOLANA_RPC_URL', 'WATT_MINT', 'COMPUTE_WALLET'].map(read.optional);
  const solana =
    READS_CHAIN.includes(command.name) && rpcUrl && mint && computeWallet
      ? createSolana({ rpcUrl, mint, callTimeoutMs: CALL_TIMEOUT_MS })
      : null;
  // The one command for a database on which no router has run.
  if (command.name === 'open') await migrateDatabase(databaseUrl);
  const database = connectDatabase(databaseUrl, { connections: 4 });
  try {
    const desk: OperatorDesk = {
      sql: database.sql,
      accounts: await loadSystemAccounts(database.sql),
      operator: command.by ?? userInfo().username,
      chain: solana && mint && computeWallet ? { solana, mint, computeWallet } : null,
      computeWallet: computeWallet ?? null,
      reconcileSeconds,
    };
    return await RUNS[command.name](desk, command);
  } finally {
    await database.close();
  }
}

function toText({ lines, rows }: Report): string {
  return `${[...lines, ...(rows.length > 0 ? [formatTable(rows)] : [])].join('\n')}\n`;
}

function toJson({ isDone, lines, rows }: Report): string {
  return `${JSON.stringify({ done: isDone, lines, rows })}\n`;
}
