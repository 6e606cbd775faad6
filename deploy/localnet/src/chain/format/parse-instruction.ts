import { ASSOCIATED_TOKEN_PROGRAM_ID } from '@solana/spl-token';
import { SystemProgram } from '@solana/web3.js';
import bs58 from 'bs58';
import { MEMO_PROGRAMS, parseMemo } from '../memo.ts';
import { TOKEN_PROGRAMS } from '../token-account.ts';
import {
  type ParsedInstruction,
  parseAssociatedTokenInstruction,
} from './parse-associated-token-instruction.ts';
import { parseSystemInstruction } from './parse-system-instruction.ts';
import { parseTokenInstruction } from './parse-token-instruction.ts';

const SYSTEM_PROGRAM = SystemProgram.programId.toBase58();
const ASSOCIATED_TOKEN_PROGRAM = ASSOCIATED_TOKEN_PROGRAM_ID.toBase58();

/**
 * An instruction in the form `jsonParsed`: `{program, programId, parsed, stackHeight}` where we know the instruction,
 * else `{programId, accounts, data, stackHeight}`, as a real node answers for what it cannot parse.
 */
export function parseInstruction(
  keys: readonly string[],
  instruction: { programIdIndex: number; accounts: readonly number[]; data: Uint8Array; stackHeight: number },
): Record<string, unknown> {
  const programId = keys[instruction.programIdIndex] ?? '';
  const accounts = instruction.accounts.map((index) => keys[index] ?? '');
  const { data, stackHeight } = instruction;
  const known = parseKnown(programId, accounts, Buffer.from(data));
  if (known === null) return { programId, accounts, data: bs58.encode(data), stackHeight };
  return { program: known.program, programId, parsed: known.parsed, stackHeight };
}

function parseKnown(
  programId: string,
  accounts: readonly string[],
  data: Buffer,
): { program: string; parsed: string | ParsedInstruction } | null {
  if (MEMO_PROGRAMS.includes(programId)) return named('spl-memo', parseMemo(data));
  if (programId === SYSTEM_PROGRAM) return named('system', parseSystemInstruction(accounts, data));
  if (TOKEN_PROGRAMS.includes(programId)) return named('spl-token', parseTokenInstruction(accounts, data));
  if (programId !== ASSOCIATED_TOKEN_PROGRAM) return null;
  return named('spl-associated-token-account', parseAssociatedTokenInstruction(accounts, data));
}

function named<T>(program: string, parsed: T | null): { program: string; parsed: T } | null {
  return parsed === null ? null : { program, parsed };
}
