import { ComputeBudgetProgram, PublicKey, SystemProgram, Transaction } from '@solana/web3.js';
import bs58 from 'bs58';
import { type DecodedTransaction, decodeTransaction, MAX_TRANSACTION_BYTES } from '../decode-transaction.ts';
import { encodeSimulation, NO_EXTRAS } from '../format/encode-simulation.ts';
import { describeTransactionError } from '../transaction-error.ts';
import type { Vm } from '../vm.ts';
import {
  addressParam,
  asCommitment,
  asInteger,
  type CallConfig,
  configParam,
  stringParam,
} from './params.ts';
import { invalidParams, RPC_CODE, RpcError } from './rpc-error.ts';
import { assertHealthy, type RpcMethod, type RpcRequest, viewSlot } from './rpc-request.ts';

/** Methods that bring transactions into the chain. */
export const sendMethods: Readonly<Record<string, RpcMethod>> = { sendTransaction, requestAirdrop };

/** Airdrops above this are refused, in lamports (1000 SOL). */
const MAX_AIRDROP_LAMPORTS = 1_000_000_000_000;

/**
 * A preflight takes blockhashes from the view at its commitment, as a real node does, but accounts from the newest state:
 * the VM has no other.
 */
function sendTransaction(request: RpcRequest): unknown {
  const config = configParam(request.params, 1);
  const decoded = readTransaction(request.params, config, 'base58');
  const isPreflighted = config.fields.skipPreflight !== true;
  if (isPreflighted) {
    assertHealthy(request);
    const { preflightCommitment } = config.fields;
    const commitment = preflightCommitment == null ? {} : { commitment: asCommitment(preflightCommitment) };
    const slot = viewSlot(request, { ...config, ...commitment });
    const outcome = request.chain.bank.simulate(decoded, {
      slot,
      isSignatureChecked: true,
      isBlockhashChecked: true,
    });
    if (outcome.error !== null) throw preflightError(outcome, outcome.error);
  }
  request.chain.inbox.receive(decoded, { slot: request.chain.clock.slot, isVerified: isPreflighted });
  return decoded.signature;
}

/** @throws RpcError for what is no transaction. */
export function readTransaction(
  params: readonly unknown[],
  config: CallConfig,
  fallback: 'base58' | 'base64',
): DecodedTransaction {
  const { encoding = fallback } = config.fields;
  const text = stringParam(params, 0);
  if (encoding !== 'base58' && encoding !== 'base64') {
    throw invalidParams(`unsupported encoding: ${String(encoding)}. Supported encodings: base58, base64`);
  }
  const bytes = encoding === 'base64' ? Buffer.from(text, 'base64') : bs58.decodeUnsafe(text);
  if (bytes === undefined) throw invalidParams('invalid base58 encoding: InvalidCharacter');
  if (bytes.length > MAX_TRANSACTION_BYTES) {
    throw invalidParams(
      `decoded solana_transaction::versioned::VersionedTransaction too large: ${bytes.length} bytes (max: ${MAX_TRANSACTION_BYTES} bytes)`,
    );
  }
  try {
    return decodeTransaction(new Uint8Array(bytes));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw invalidParams(
      `failed to deserialize solana_transaction::versioned::VersionedTransaction: ${reason}`,
      {
        cause,
      },
    );
  }
}

/** The two errors of a transaction that have an RPC code of their own, else -32002 with logs. */
function preflightError(
  outcome: ReturnType<Vm['simulate']>,
  error: NonNullable<ReturnType<Vm['simulate']>['error']>,
): RpcError {
  if (error === 'SignatureFailure') return signatureFailure();
  if (error === 'SanitizeFailure')
    return invalidParams(`invalid transaction: ${describeTransactionError(error)}`);
  return new RpcError(`Transaction simulation failed: ${describeTransactionError(error)}`, {
    code: RPC_CODE.simulationFailed,
    data: encodeSimulation(outcome, NO_EXTRAS),
  });
}

export function signatureFailure(): RpcError {
  return new RpcError('Transaction signature verification failure', { code: RPC_CODE.signatureFailure });
}

/** A real transfer from the chain's faucet. The compute limit counts up, so that equal airdrops in one slot differ. */
function requestAirdrop(request: RpcRequest): unknown {
  const { chain, params } = request;
  const recipient = addressParam(params, 0);
  const lamports = asInteger(params[1]);
  if (lamports === 0 || lamports > MAX_AIRDROP_LAMPORTS) {
    throw invalidParams(`Invalid request: airdrop must be 1 to ${MAX_AIRDROP_LAMPORTS} lamports`);
  }
  const { slot } = chain.clock;
  const transaction = new Transaction({
    feePayer: chain.faucet.publicKey,
    blockhash: chain.clock.blockhashOf(slot),
    lastValidBlockHeight: chain.clock.heightOf(slot),
  }).add(
    ComputeBudgetProgram.setComputeUnitLimit({ units: 1000 + (chain.ledger.nextSequence % 1_000_000) }),
    SystemProgram.transfer({
      fromPubkey: chain.faucet.publicKey,
      toPubkey: new PublicKey(recipient),
      lamports,
    }),
  );
  transaction.sign(chain.faucet);
  const decoded = decodeTransaction(new Uint8Array(transaction.serialize()));
  chain.inbox.receive(decoded, { slot, isVerified: true });
  return decoded.signature;
}
