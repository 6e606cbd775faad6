import bs58 from 'bs58';
import { toUiTokenAmount } from '../token-account.ts';
import type { ParsedInstruction } from './parse-associated-token-instruction.ts';

type Parser = (accounts: readonly string[], data: Buffer) => ParsedInstruction | null;

/** By the first byte of the instruction, as in `spl_token_2022::instruction::TokenInstruction`. */
const PARSERS: Readonly<Record<number, Parser>> = {
  0: (accounts, data) => parseInitializeMint('initializeMint', accounts, data),
  3: (accounts, data) => plain('transfer', ['source', 'destination'], 'authority', accounts, amountAt(data)),
  7: (accounts, data) => plain('mintTo', ['mint', 'account'], 'mintAuthority', accounts, amountAt(data)),
  8: (accounts, data) => plain('burn', ['account', 'mint'], 'authority', accounts, amountAt(data)),
  9: (accounts) => plain('closeAccount', ['account', 'destination'], 'owner', accounts, {}),
  12: (accounts, data) =>
    plain('transferChecked', ['source', 'mint', 'destination'], 'authority', accounts, checkedAt(data)),
  14: (accounts, data) =>
    plain('mintToChecked', ['mint', 'account'], 'mintAuthority', accounts, checkedAt(data)),
  15: (accounts, data) => plain('burnChecked', ['account', 'mint'], 'authority', accounts, checkedAt(data)),
  18: (accounts, data) =>
    data.length < 33
      ? null
      : named('initializeAccount3', ['account', 'mint'], accounts, { owner: keyAt(data, 1) }),
  20: (accounts, data) => parseInitializeMint('initializeMint2', accounts, data),
  21: (accounts) => named('getAccountDataSize', ['mint'], accounts, { extensionTypes: ['immutableOwner'] }),
  22: (accounts) => named('initializeImmutableOwner', ['account'], accounts, {}),
};

/** Instructions of Token and Token-2022 that mints and payments consist of; null for others. */
export const parseTokenInstruction: Parser = (accounts, data) =>
  PARSERS[data[0] ?? -1]?.(accounts, data) ?? null;

/** An instruction whose accounts are named ones, then an authority, then the signers where the authority is a multisig. */
function plain(
  type: string,
  names: readonly string[],
  authorityName: string,
  accounts: readonly string[],
  rest: Record<string, unknown> | null,
): ParsedInstruction | null {
  const authority = accounts[names.length];
  if (rest === null || authority === undefined) return null;
  const signers = accounts.slice(names.length + 1);
  const signedBy =
    signers.length === 0
      ? { [authorityName]: authority }
      : { [`multisig${authorityName.charAt(0).toUpperCase()}${authorityName.slice(1)}`]: authority, signers };
  return named(type, names, accounts, { ...rest, ...signedBy });
}

function named(
  type: string,
  names: readonly string[],
  accounts: readonly string[],
  rest: Record<string, unknown>,
): ParsedInstruction | null {
  if (accounts.length < names.length) return null;
  const info = Object.fromEntries(names.map((name, index) => [name, accounts[index]]));
  return { type, info: { ...info, ...rest } };
}

function amountAt(data: Buffer): { amount: string } | null {
  return data.length < 9 ? null : { amount: data.readBigUInt64LE(1).toString() };
}

function checkedAt(data: Buffer): Record<string, unknown> | null {
  if (data.length < 10) return null;
  return { tokenAmount: toUiTokenAmount(data.readBigUInt64LE(1), data.readUInt8(9)) };
}

function parseInitializeMint(
  type: string,
  accounts: readonly string[],
  data: Buffer,
): ParsedInstruction | null {
  if (data.length < 35) return null;
  const hasFreezeAuthority = data.readUInt8(34) === 1 && data.length >= 67;
  const names = type === 'initializeMint' ? ['mint', 'rentSysvar'] : ['mint'];
  return named(type, names, accounts, {
    decimals: data.readUInt8(1),
    mintAuthority: keyAt(data, 2),
    ...(hasFreezeAuthority ? { freezeAuthority: keyAt(data, 35) } : {}),
  });
}

function keyAt(data: Buffer, offset: number): string {
  return bs58.encode(data.subarray(offset, offset + 32));
}
