import { canonicalTokenAccount, type Solana } from '../chain/chain.ts';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import type { SystemAccounts } from '../ledger/ledger.ts';
import type { MoneyCommand } from './parse-money.ts';

/** What a command works with. */
export interface OperatorDesk {
  sql: SqlClient;
  accounts: SystemAccounts;
  /** Who acts. */
  operator: string;
  /** Null when the environment does not name the chain. */
  chain: { solana: Solana; computeWallet: string; mint: string } | null;
  /** Null when the environment does not name it. */
  computeWallet: string | null;
  reconcileSeconds: number;
}

/** What a command answers: lines to read, rows of a table, and whether what was asked for was done. */
export interface Report {
  isDone: boolean;
  lines: string[];
  rows: Record<string, string>[];
}

export type CommandRun = (desk: OperatorDesk, command: MoneyCommand) => Promise<Report>;

export const done = (line: string): Report => ({ isDone: true, lines: [line], rows: [] });
export const refused = (line: string): Report => ({ isDone: false, lines: [line], rows: [] });
export const listed = (rows: Record<string, string>[], none: string): Report => ({
  isDone: true,
  lines: rows.length === 0 ? [none] : [],
  rows,
});

/** The account that everything is paid to. */
export async function tokenAccountOf({
  solana,
  computeWallet,
  mint,
}: NonNullable<OperatorDesk['chain']>): Promise<string> {
  const { tokenProgram } = await solana.readMint();
  return canonicalTokenAccount({ wallet: computeWallet, mint, tokenProgram });
}

/** Writes down who acted and why. */
export async function noteAction(
  sql: SqlRunner,
  desk: OperatorDesk,
  { name, subject, why }: Pick<MoneyCommand, 'name' | 'subject' | 'why'>,
): Promise<void> {
  await sql`
    insert into operator_actions (operator, action, subject, why)
    values (${desk.operator}, ${name}, ${subject}, ${why})`;
}
