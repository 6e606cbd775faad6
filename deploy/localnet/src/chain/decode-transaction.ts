import bs58 from 'bs58';
import type { MaybeAccount } from './account-state.ts';
import { encodeAddress } from './base58.ts';
import { WireReader } from './wire-reader.ts';

export interface CompiledInstruction {
  readonly programIdIndex: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

interface MessageHeader {
  readonly numRequiredSignatures: number;
  readonly numReadonlySignedAccounts: number;
  readonly numReadonlyUnsignedAccounts: number;
}

/** Addresses that a v0 message takes from a table on chain. */
interface AddressLookup {
  readonly accountKey: string;
  readonly writableIndexes: readonly number[];
  readonly readonlyIndexes: readonly number[];
}

/** A message in its parts; addresses and blockhash are base58. */
export interface DecodedMessage {
  readonly version: 'legacy' | 0;
  readonly header: MessageHeader;
  /** Keys inside the message, in message order. */
  readonly staticKeys: readonly string[];
  readonly blockhash: string;
  readonly instructions: readonly CompiledInstruction[];
  readonly lookups: readonly AddressLookup[];
}

export interface DecodedTransaction extends DecodedMessage {
  readonly raw: Uint8Array;
  /** The first signature: the transaction's id. Signatures are base58. */
  readonly signature: string;
  readonly signatures: readonly string[];
}

export interface LoadedAddresses {
  readonly writable: readonly string[];
  readonly readonly: readonly string[];
}

/** The limit of one network packet, and so of one transaction, in bytes. */
export const MAX_TRANSACTION_BYTES = 1232;

const VERSION_FLAG = 0x80;
const LOOKUP_TABLE_HEADER_BYTES = 56;

/**
 * Parses the wire form of a signed transaction as strictly as the VM does, which aborts the whole process on bytes that it
 * cannot parse. (web3.js is more lenient, and some thirty times slower.)
 *
 * @throws RangeError for bytes that are no transaction.
 */
export function decodeTransaction(raw: Uint8Array): DecodedTransaction {
  const reader = new WireReader(raw);
  const signatures = reader.list(() => bs58.encode(reader.bytes(64)));
  const [signature] = signatures;
  if (signature === undefined) throw new RangeError('no signatures');
  const message = readMessage(reader);
  if (!reader.isAtEnd) throw new RangeError('bytes left over behind the transaction');
  return { raw, signature, signatures, ...message };
}

/** @throws RangeError for bytes that are no message. */
export function decodeMessage(bytes: Uint8Array): DecodedMessage {
  const reader = new WireReader(bytes);
  const message = readMessage(reader);
  if (!reader.isAtEnd) throw new RangeError('bytes left over behind the message');
  return message;
}

function readMessage(reader: WireReader): DecodedMessage {
  const isVersioned = (reader.peek() & VERSION_FLAG) !== 0;
  if (isVersioned && reader.byte() !== VERSION_FLAG) throw new RangeError('unknown message version');
  const header = {
    numRequiredSignatures: reader.byte(),
    numReadonlySignedAccounts: reader.byte(),
    numReadonlyUnsignedAccounts: reader.byte(),
  };
  const readIndexes = (): number[] => [...reader.bytes(reader.compactLength())];
  return {
    version: isVersioned ? 0 : 'legacy',
    header,
    staticKeys: reader.list(() => encodeAddress(reader.bytes(32))),
    blockhash: encodeAddress(reader.bytes(32)),
    instructions: reader.list(() => ({
      programIdIndex: reader.byte(),
      accounts: readIndexes(),
      data: reader.bytes(reader.compactLength()),
    })),
    lookups: isVersioned
      ? reader.list(() => ({
          accountKey: encodeAddress(reader.bytes(32)),
          writableIndexes: readIndexes(),
          readonlyIndexes: readIndexes(),
        }))
      : [],
  };
}

export function isSigner({ header }: DecodedMessage, index: number): boolean {
  return index < header.numRequiredSignatures;
}

/** By an account's number among all keys, those from lookup tables last. */
export function isWritable(message: DecodedMessage, index: number): boolean {
  const { header, staticKeys, lookups } = message;
  if (index >= staticKeys.length) {
    const loaded = lookups.reduce((sum, lookup) => sum + lookup.writableIndexes.length, 0);
    return index - staticKeys.length < loaded;
  }
  return isSigner(message, index)
    ? index < header.numRequiredSignatures - header.numReadonlySignedAccounts
    : index < staticKeys.length - header.numReadonlyUnsignedAccounts;
}

/** The addresses that a v0 message takes from lookup tables. A table that is missing or too short yields none: the VM refuses it. */
export function loadAddresses(
  { lookups }: DecodedMessage,
  readAccount: (address: string) => MaybeAccount,
): LoadedAddresses {
  const writable: string[] = [];
  const readonly: string[] = [];
  for (const { accountKey, writableIndexes, readonlyIndexes } of lookups) {
    const table = readAccount(accountKey)?.data ?? new Uint8Array();
    const addressesAt = (indexes: readonly number[]): string[] =>
      indexes.flatMap((index) => {
        const start = LOOKUP_TABLE_HEADER_BYTES + 32 * index;
        return start + 32 <= table.length ? [encodeAddress(table.subarray(start, start + 32))] : [];
      });
    writable.push(...addressesAt(writableIndexes));
    readonly.push(...addressesAt(readonlyIndexes));
  }
  return { writable, readonly };
}

/** All account keys in the order in which instructions and balances number them. */
export function allKeys({ staticKeys }: DecodedMessage, loaded: LoadedAddresses): string[] {
  return [...staticKeys, ...loaded.writable, ...loaded.readonly];
}
