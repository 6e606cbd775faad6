import bs58 from 'bs58';
import { type DecodedTransaction, decodeTransaction, isSigner, isWritable } from '../decode-transaction.ts';
import type { LandedTransaction } from '../landed-transaction.ts';
import { RPC_CODE, RpcError } from '../rpc/rpc-error.ts';
import type { VmOutcome } from '../vm.ts';
import { parseInstruction } from './parse-instruction.ts';

export type TransactionEncoding = 'json' | 'jsonParsed' | 'base64' | 'base58';

/**
 * A transaction as `getTransaction` answers it.
 * @throws RpcError for a version above the one that the caller says it knows.
 */
export function encodeTransaction(
  transaction: LandedTransaction,
  options: { encoding: TransactionEncoding; maxVersion: number | undefined },
): Record<string, unknown> {
  const decoded = decodeTransaction(transaction.raw);
  const { version } = decoded;
  if (version !== 'legacy' && (options.maxVersion ?? -1) < version) {
    throw new RpcError(
      `Transaction version (${version}) is not supported by the requesting client. Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": ${version}`,
      { code: RPC_CODE.unsupportedTransactionVersion },
    );
  }
  const { slot, blockTime } = transaction;
  return {
    slot,
    blockTime,
    transaction: encodeBody(transaction, decoded, options.encoding),
    meta: encodeMeta(transaction, options.encoding),
    ...(options.maxVersion === undefined ? {} : { version }),
  };
}

function encodeBody(
  transaction: LandedTransaction,
  decoded: DecodedTransaction,
  encoding: TransactionEncoding,
): unknown {
  if (encoding === 'base58') return [bs58.encode(decoded.raw), encoding];
  if (encoding === 'base64') return [Buffer.from(decoded.raw).toString('base64'), encoding];
  const { signatures, blockhash, lookups, header } = decoded;
  const addressTableLookups = decoded.version === 'legacy' ? {} : { addressTableLookups: lookups };
  if (encoding === 'jsonParsed') {
    return {
      signatures,
      message: {
        accountKeys: encodeParsedKeys(transaction, decoded),
        recentBlockhash: blockhash,
        instructions: decoded.instructions.map((instruction) =>
          parseInstruction(transaction.keys, { ...instruction, stackHeight: 1 }),
        ),
        ...addressTableLookups,
      },
    };
  }
  return {
    signatures,
    message: {
      header,
      accountKeys: decoded.staticKeys,
      recentBlockhash: blockhash,
      instructions: decoded.instructions.map(({ programIdIndex, accounts, data }) => ({
        programIdIndex,
        accounts: [...accounts],
        data: bs58.encode(data),
        stackHeight: 1,
      })),
      ...addressTableLookups,
    },
  };
}

function encodeParsedKeys(transaction: LandedTransaction, decoded: DecodedTransaction): unknown[] {
  return transaction.keys.map((pubkey, index) => ({
    pubkey,
    signer: isSigner(decoded, index),
    writable: isWritable(decoded, index),
    source: index < decoded.staticKeys.length ? 'transaction' : 'lookupTable',
  }));
}

function encodeMeta(transaction: LandedTransaction, encoding: TransactionEncoding): Record<string, unknown> {
  const { error, returnData, loaded } = transaction;
  return {
    err: error,
    status: error === null ? { Ok: null } : { Err: error },
    fee: transaction.fee,
    preBalances: transaction.preBalances,
    postBalances: transaction.postBalances,
    innerInstructions: encodeInner(transaction.inner, transaction.keys, encoding),
    logMessages: transaction.logs,
    preTokenBalances: transaction.preTokenBalances,
    postTokenBalances: transaction.postTokenBalances,
    rewards: [],
    computeUnitsConsumed: transaction.unitsConsumed,
    ...(encoding === 'jsonParsed' ? {} : { loadedAddresses: loaded }),
    ...(returnData === null ? {} : { returnData }),
  };
}

/** @param keys all accounts of the transaction. */
export function encodeInner(
  inner: VmOutcome['inner'],
  keys: readonly string[],
  encoding: TransactionEncoding,
): unknown[] {
  if (encoding !== 'jsonParsed') return inner;
  return inner.map(({ index, instructions }) => ({
    index,
    instructions: instructions.map((instruction) =>
      parseInstruction(keys, { ...instruction, data: bs58.decode(instruction.data) }),
    ),
  }));
}
