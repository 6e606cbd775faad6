import { type VersionedMessage, VersionedTransaction } from '@solana/web3.js';
import bs58 from 'bs58';
import type { MaybeAccount } from './account-state.ts';

export interface CompiledInstruction {
  readonly programIdIndex: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

export interface DecodedTransaction {
  readonly raw: Uint8Array;
  /** The first signature in base58: the transaction's id. */
  readonly signature: string;
  readonly signatures: readonly string[];
  readonly version: 'legacy' | 0;
  readonly message: VersionedMessage;
  readonly blockhash: string;
  /** Keys inside the message, base58, in message order. */
  readonly staticKeys: readonly string[];
  readonly instructions: readonly CompiledInstruction[];
}

export interface LoadedAddresses {
  readonly writable: readonly string[];
  readonly readonly: readonly string[];
}

/** The limit of one network packet, and so of one transaction, in bytes. */
export const MAX_TRANSACTION_BYTES = 1232;

const LOOKUP_TABLE_HEADER_BYTES = 56;

/**
 * Parses the wire form of a signed transaction.
 * Only the canonical encoding is accepted: the VM parses more strictly than web3.js, and aborts the process where it fails.
 *
 * @throws RangeError for bytes that are no transaction.
 */
export function decodeTransaction(raw: Uint8Array): DecodedTransaction {
  const transaction = parse(raw);
  const { message, signatures } = transaction;
  const first = signatures[0];
  if (first === undefined) throw new RangeError('no signatures');
  return {
    raw,
    signature: bs58.encode(first),
    signatures: signatures.map((signature) => bs58.encode(signature)),
    version: message.version,
    message,
    blockhash: message.recentBlockhash,
    staticKeys: message.staticAccountKeys.map((key) => key.toBase58()),
    instructions: message.compiledInstructions.map((instruction) => ({
      programIdIndex: instruction.programIdIndex,
      accounts: instruction.accountKeyIndexes,
      data: instruction.data,
    })),
  };
}

function parse(raw: Uint8Array): VersionedTransaction {
  let transaction: VersionedTransaction;
  let canonical: Uint8Array;
  try {
    transaction = VersionedTransaction.deserialize(raw);
    canonical = transaction.serialize();
  } catch (cause) {
    throw new RangeError('io error: failed to fill whole buffer', { cause });
  }
  if (Buffer.compare(canonical, raw) !== 0) throw new RangeError('transaction is not in its canonical form');
  return transaction;
}

/** The addresses that a v0 message takes from lookup tables. A table that is missing or too short yields none: the VM refuses it. */
export function loadAddresses(
  decoded: DecodedTransaction,
  readAccount: (address: string) => MaybeAccount,
): LoadedAddresses {
  const writable: string[] = [];
  const readonly: string[] = [];
  for (const lookup of decoded.message.addressTableLookups) {
    const table = readAccount(lookup.accountKey.toBase58());
    if (table === null) continue;
    const addressAt = (index: number): string => {
      const start = LOOKUP_TABLE_HEADER_BYTES + 32 * index;
      return bs58.encode(table.data.subarray(start, start + 32));
    };
    writable.push(...lookup.writableIndexes.map(addressAt));
    readonly.push(...lookup.readonlyIndexes.map(addressAt));
  }
  return { writable, readonly };
}

/** All account keys in the order in which instructions and balances number them. */
export function allKeys(decoded: DecodedTransaction, loaded: LoadedAddresses): string[] {
  return [...decoded.staticKeys, ...loaded.writable, ...loaded.readonly];
}
