import bs58 from 'bs58';
import type { ParsedInstruction } from './parse-associated-token-instruction.ts';

const CREATE_ACCOUNT = 0;
const ASSIGN = 1;
const TRANSFER = 2;
const ALLOCATE = 8;

/** The system instructions that token payments contain; null for others. */
export function parseSystemInstruction(accounts: readonly string[], data: Buffer): ParsedInstruction | null {
  if (data.length < 4) return null;
  const kind = data.readUInt32LE(0);
  const [first, second] = accounts;
  if (kind === TRANSFER && data.length >= 12) {
    const lamports = Number(data.readBigUInt64LE(4));
    return { type: 'transfer', info: { source: first, destination: second, lamports } };
  }
  if (kind === CREATE_ACCOUNT && data.length >= 52) {
    const lamports = Number(data.readBigUInt64LE(4));
    const space = Number(data.readBigUInt64LE(12));
    const owner = bs58.encode(data.subarray(20, 52));
    return { type: 'createAccount', info: { source: first, newAccount: second, lamports, space, owner } };
  }
  if (kind === ALLOCATE && data.length >= 12) {
    return { type: 'allocate', info: { account: first, space: Number(data.readBigUInt64LE(4)) } };
  }
  if (kind === ASSIGN && data.length >= 36) {
    return { type: 'assign', info: { account: first, owner: bs58.encode(data.subarray(4, 36)) } };
  }
  return null;
}
