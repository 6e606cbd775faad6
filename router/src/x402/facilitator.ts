import {
  type Address,
  type Base64EncodedWireTransaction,
  createSolanaRpc,
  decompileTransactionMessage,
  getBase64Decoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  getTransactionEncoder,
  type Instruction,
  isSolanaError,
  type Signature,
  type SignatureBytes,
  SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
  type Transaction,
} from '@solana/kit';
import type { SigningKey } from '@watt/shared';
import type { FacilitatorSvmSigner } from '@x402/svm';
import { ExactSvmScheme } from '@x402/svm/exact/facilitator';
import bs58 from 'bs58';
import type { PaymentPayload, Requirements } from './payment-header.ts';

/** What one payment may cost us: 2 signatures, and 60 000 compute units at 0.05 lamports. */
const FEE_CAPS = { maxPriorityFeeMicroLamports: 50_000, maxComputeUnits: 60_000, maxRequiredSignatures: 2 };
const LAMPORTS_PER_SIGNATURE = 5000n;
const MICRO = 1_000_000n;
const STATUS_BATCH = 256;

/** Whether a payment may be settled, with the SDK's word for why not. */
export type Verdict = { isValid: true; payer: string } | { isValid: false; reason: string };

/** A payment with both signatures, ready to be stored and then sent. */
export interface SignedPayment {
  signature: string;
  raw: Uint8Array;
  /** What it costs us when it lands. */
  feeLamports: bigint;
}

export interface ChainStatus {
  isFinalized: boolean;
  /** The chain's own words for a transaction that landed without effect. */
  error: string | null;
}

/** The chain did not answer, so nothing can be said of a payment. */
export class ChainSilentError extends Error {
  override readonly name = 'ChainSilentError';
}

/** What x402 asks of the chain and of its SDK, in our own types. The only file that knows either. */
export interface Facilitator {
  /** The wallet that pays fees. */
  readonly feePayer: string;
  /** Checks form, amounts, accounts, fee caps and signatures, and simulates. Throws ChainSilentError. */
  verify(payload: PaymentPayload, requirements: Requirements): Promise<Verdict>;
  /** Adds our signature to a payment that was verified. Pure: the same payment gives the same bytes. */
  sign(payload: PaymentPayload): SignedPayment;
  send(raw: Uint8Array): Promise<void>;
  /** Only signatures that the RPC knows, in its whole history. */
  statuses(signatures: readonly string[]): Promise<Map<string, ChainStatus>>;
  /** The height of the newest finalized block. */
  finalizedHeight(): Promise<bigint>;
  /** The last height at which a transaction signed right now can land; none that is valid now lands later. */
  lastValidHeight(): Promise<bigint>;
  lamports(wallet: string): Promise<bigint>;
}

export interface FacilitatorOptions {
  key: SigningKey;
  rpcUrl: string;
  callTimeoutMs: number;
}

export function createFacilitator({ key, rpcUrl, callTimeoutMs }: FacilitatorOptions): Facilitator {
  const rpc = createSolanaRpc(rpcUrl);
  const inTime = () => ({ abortSignal: AbortSignal.timeout(callTimeoutMs) });

  return {
    feePayer: key.publicKey,
    async verify(payload, requirements) {
      // The SDK would write to the console about what it cannot decode.
      const read = readPayment(payload);
      if (!read?.instructions) return { isValid: false, reason: 'transaction_could_not_be_decoded' };
      if (touches(key.publicKey, read.instructions)) {
        return { isValid: false, reason: 'fee_payer_in_instruction_accounts' };
      }
      let silence: unknown;
      const signer = {
        getAddresses: () => [key.publicKey as Address],
        async simulateTransaction(transaction: string): Promise<void> {
          const simulated = await rpc
            .simulateTransaction(transaction as Base64EncodedWireTransaction, {
              encoding: 'base64',
              sigVerify: false,
              commitment: 'confirmed',
            })
            .send(inTime())
            .catch((error: unknown) => {
              if (!isSolanaError(error, SOLANA_ERROR__JSON_RPC__INVALID_PARAMS)) silence = error;
              throw error;
            });
          if (simulated.value.err) throw new Error(errorText(simulated.value.err));
        },
        signTransaction: never,
        sendTransaction: never,
        confirmTransaction: never,
      } satisfies FacilitatorSvmSigner;
      // One for each payment: what it remembers between calls is in Postgres here.
      const scheme = new ExactSvmScheme(signer, undefined, FEE_CAPS);
      const answer = await scheme.verify(payload, requirements);
      if (silence) throw new ChainSilentError('The chain does not answer', { cause: silence });
      if (answer.isValid && answer.payer) return { isValid: true, payer: answer.payer };
      const { invalidReason = 'invalid', invalidMessage } = answer;
      return { isValid: false, reason: [invalidReason, invalidMessage].filter(Boolean).join(': ') };
    },
    sign(payload) {
      const read = readPayment(payload);
      if (!read) throw new Error('Only a payment that was verified is signed');
      const { transaction } = read;
      const own = key.sign(Uint8Array.from(transaction.messageBytes));
      const signed = {
        ...transaction,
        signatures: { ...transaction.signatures, [key.publicKey]: own as SignatureBytes },
      };
      return {
        signature: bs58.encode(own),
        raw: Uint8Array.from(getTransactionEncoder().encode(signed)),
        feeLamports: feeOf(read),
      };
    },
    async send(raw) {
      const transaction = getBase64Decoder().decode(raw) as Base64EncodedWireTransaction;
      await rpc
        .sendTransaction(transaction, { encoding: 'base64', skipPreflight: true, maxRetries: 0n })
        .send(inTime());
    },
    async statuses(signatures) {
      const known = new Map<string, ChainStatus>();
      for (let start = 0; start < signatures.length; start += STATUS_BATCH) {
        const part = signatures.slice(start, start + STATUS_BATCH);
        const { value } = await rpc
          .getSignatureStatuses(part as Signature[], { searchTransactionHistory: true })
          .send(inTime());
        for (const [index, status] of value.entries()) {
          const signature = part[index];
          if (!status || signature === undefined) continue;
          const error = status.err === null ? null : errorText(status.err);
          known.set(signature, { isFinalized: status.confirmationStatus === 'finalized', error });
        }
      }
      return known;
    },
    finalizedHeight: () => rpc.getBlockHeight({ commitment: 'finalized' }).send(inTime()),
    async lastValidHeight() {
      const { value } = await rpc.getLatestBlockhash({ commitment: 'processed' }).send(inTime());
      return value.lastValidBlockHeight;
    },
    async lamports(wallet) {
      const { value } = await rpc.getBalance(wallet as Address, { commitment: 'confirmed' }).send(inTime());
      return value;
    },
  };
}

/** The SDK's ways to settle are not taken: it would send what is not stored yet. */
function never(): Promise<never> {
  return Promise.reject(new Error('x402 payments are settled by the router itself'));
}

interface ReadPayment {
  transaction: Transaction;
  /** Null where they cannot be read without asking the chain, for lookup tables. */
  instructions: readonly Instruction[] | null;
}

/** Null for what is no transaction. */
function readPayment({ payload }: PaymentPayload): ReadPayment | null {
  try {
    const transaction = getTransactionDecoder().decode(Buffer.from(payload.transaction, 'base64'));
    const compiled = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
    const hasLookups = 'addressTableLookups' in compiled && (compiled.addressTableLookups?.length ?? 0) > 0;
    return {
      transaction,
      instructions: hasLookups ? null : decompileTransactionMessage(compiled).instructions,
    };
  } catch (error) {
    if (isSolanaError(error)) return null;
    throw error;
  }
}

/**
 * The scheme wants the fee payer in no instruction, but the SDK looks only at who transfers: a program among those that it lets through
 * could take account rent from a signer.
 */
function touches(wallet: string, instructions: readonly Instruction[]): boolean {
  return instructions.some(({ accounts = [] }) => accounts.some(({ address }) => address === wallet));
}

/** The first two instructions are limit and price of compute units, as was verified. */
function feeOf({ transaction, instructions }: ReadPayment): bigint {
  const [limit, price] = instructions ?? [];
  const units = BigInt(Buffer.from(limit?.data ?? []).readUInt32LE(1));
  const microLamports = Buffer.from(price?.data ?? []).readBigUInt64LE(1);
  const priority = (units * microLamports + MICRO - 1n) / MICRO;
  return BigInt(Object.keys(transaction.signatures).length) * LAMPORTS_PER_SIGNATURE + priority;
}

function errorText(error: unknown): string {
  return JSON.stringify(error, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
}
