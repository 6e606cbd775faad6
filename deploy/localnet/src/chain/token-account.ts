import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import type { MaybeAccount } from './account-state.ts';
import { encodeAddress } from './base58.ts';

export const TOKEN_PROGRAMS: readonly string[] = [
  TOKEN_PROGRAM_ID.toBase58(),
  TOKEN_2022_PROGRAM_ID.toBase58(),
];

export interface TokenAccount {
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
  readonly state: 'uninitialized' | 'initialized' | 'frozen';
  readonly delegate: string | null;
  readonly delegatedAmount: bigint;
  readonly closeAuthority: string | null;
  readonly isNative: boolean;
}

export interface Mint {
  readonly decimals: number;
  readonly supply: bigint;
  readonly mintAuthority: string | null;
  readonly freezeAuthority: string | null;
  readonly isInitialized: boolean;
}

/** An amount of tokens as Solana's RPC writes it. */
export interface UiTokenAmount {
  readonly amount: string;
  readonly decimals: number;
  readonly uiAmount: number | null;
  readonly uiAmountString: string;
}

/** The layout of SPL Token: an account has 165 bytes, a mint 82; Token-2022 puts a type byte at 165, then extensions. */
const ACCOUNT_BYTES = 165;
const MINT_BYTES = 82;
const TYPE_MINT = 1;
const TYPE_ACCOUNT = 2;
const STATES = ['uninitialized', 'initialized', 'frozen'] as const;

/** Null where the account is none of a token program, or a mint. */
export function parseTokenAccount(account: MaybeAccount): TokenAccount | null {
  if (!isOfKind(account, ACCOUNT_BYTES, TYPE_ACCOUNT)) return null;
  const data = Buffer.from(account.data.buffer, account.data.byteOffset, account.data.byteLength);
  const state = STATES[data.readUInt8(108)] ?? 'uninitialized';
  if (state === 'uninitialized') return null;
  return {
    mint: keyAt(data, 0),
    owner: keyAt(data, 32),
    amount: data.readBigUInt64LE(64),
    state,
    delegate: optionalKeyAt(data, 72),
    delegatedAmount: data.readBigUInt64LE(121),
    closeAuthority: optionalKeyAt(data, 129),
    isNative: data.readUInt32LE(109) === 1,
  };
}

/** Null where the account is no mint. */
export function parseMint(account: MaybeAccount): Mint | null {
  if (!isOfKind(account, MINT_BYTES, TYPE_MINT)) return null;
  const data = Buffer.from(account.data.buffer, account.data.byteOffset, account.data.byteLength);
  if (data.readUInt8(45) !== 1) return null;
  return {
    mintAuthority: optionalKeyAt(data, 0),
    supply: data.readBigUInt64LE(36),
    decimals: data.readUInt8(44),
    isInitialized: true,
    freezeAuthority: optionalKeyAt(data, 46),
  };
}

export function toUiTokenAmount(amount: bigint, decimals: number): UiTokenAmount {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return { amount: amount.toString(), decimals, uiAmount: Number(text), uiAmountString: text };
}

function isOfKind(
  account: MaybeAccount,
  baseBytes: number,
  type: number,
): account is NonNullable<MaybeAccount> {
  if (account === null || !TOKEN_PROGRAMS.includes(account.owner)) return false;
  const { data } = account;
  return data.length === baseBytes || (data.length > ACCOUNT_BYTES && data[ACCOUNT_BYTES] === type);
}

function keyAt(data: Buffer, offset: number): string {
  return encodeAddress(data.subarray(offset, offset + 32));
}

function optionalKeyAt(data: Buffer, offset: number): string | null {
  return data.readUInt32LE(offset) === 1 ? keyAt(data, offset + 4) : null;
}
