import bs58 from 'bs58';
import {
  Account,
  Clock,
  FailedTransactionMetadata,
  InstructionErrorBorshIo,
  InstructionErrorCustom,
  LiteSvm,
  TransactionErrorDuplicateInstruction,
  TransactionErrorInstructionError,
  TransactionErrorInsufficientFundsForRent,
  type TransactionMetadata,
} from 'litesvm/dist/internal.js';
import type { AccountState, MaybeAccount } from './account-state.ts';
import { decodeAddress, encodeAddress } from './base58.ts';
import {
  type InstructionError,
  instructionErrorName,
  type TransactionError,
  transactionErrorName,
} from './transaction-error.ts';

interface InnerInstruction {
  readonly programIdIndex: number;
  readonly accounts: readonly number[];
  /** Base58. */
  readonly data: string;
  readonly stackHeight: number;
}

export interface VmOutcome {
  readonly error: TransactionError | null;
  readonly logs: string[];
  /** By top-level instruction; those without inner instructions are left out. */
  readonly inner: { readonly index: number; readonly instructions: InnerInstruction[] }[];
  readonly unitsConsumed: number;
  readonly returnData: { readonly programId: string; readonly data: [string, 'base64'] } | null;
}

export interface Vm {
  /** The slot the VM starts at: its programs count as deployed before it. */
  readonly firstSlot: number;
  execute(raw: Uint8Array, isVerified: boolean): VmOutcome;
  simulate(raw: Uint8Array, isVerified: boolean): VmOutcome & { postAccounts: Map<string, AccountState> };
  account(address: string): MaybeAccount;
  setAccount(address: string, account: MaybeAccount): void;
  setTime(slot: number, unixSeconds: number): void;
  /** Newest first; the address lookup table program looks slots up here. */
  setRecentHashes(hashes: readonly { slot: number; hash: string }[]): void;
  rentExemptLamports(bytes: number): bigint;
}

const SLOTS_PER_EPOCH = 432_000;
const SYSTEM_PROGRAM = '11111111111111111111111111111111';

/**
 * The Solana VM (LiteSVM) with the real Token, Token-2022, ATA and memo programs. Blockhashes and duplicates are the bank's
 * business: LiteSVM knows a single valid blockhash and a bounded history.
 *
 * `execute` and `simulate` must only be given bytes that `decodeTransaction` accepted: LiteSVM aborts the whole process on
 * bytes it cannot parse.
 */
export function createVm(): Vm {
  const svm = new LiteSvm();
  svm.setBlockhashCheck(false);
  svm.setTransactionHistory(0n);
  let checksSignatures = true;

  const checkSignatures = (wanted: boolean): void => {
    if (wanted !== checksSignatures) svm.setSigverify(wanted);
    checksSignatures = wanted;
  };

  return {
    firstSlot: Number(svm.getClock().slot),
    execute(raw, isVerified) {
      checkSignatures(!isVerified);
      return toOutcome(svm.sendVersionedTransaction(raw));
    },
    simulate(raw, isVerified) {
      checkSignatures(!isVerified);
      const result = svm.simulateVersionedTransaction(raw);
      if (result instanceof FailedTransactionMetadata)
        return { ...toOutcome(result), postAccounts: new Map() };
      const post = result
        .postAccounts()
        .map((entry) => [encodeAddress(entry.address), toState(entry.account())] as const);
      return { ...toOutcome(result.meta()), postAccounts: new Map(post) };
    },
    account(address) {
      const account = svm.getAccount(decodeAddress(address));
      return account === null ? null : toState(account);
    },
    setAccount(address, state) {
      // No lamports is how the VM is told to forget an account.
      const { lamports, data, owner, isExecutable } = state ?? NO_ACCOUNT;
      svm.setAccount(
        decodeAddress(address),
        new Account(lamports, data, decodeAddress(owner), isExecutable, 0n),
      );
    },
    setTime(slot, unixSeconds) {
      const epoch = BigInt(Math.floor(slot / SLOTS_PER_EPOCH));
      svm.setClock(new Clock(BigInt(slot), 0n, epoch, epoch + 1n, BigInt(unixSeconds)));
    },
    setRecentHashes(hashes) {
      svm.setSlotHashes(hashes.map(({ slot, hash }) => ({ slot: BigInt(slot), hash })));
    },
    rentExemptLamports: (bytes) => svm.minimumBalanceForRentExemption(BigInt(bytes)),
  };
}

const NO_ACCOUNT: AccountState = {
  lamports: 0n,
  data: new Uint8Array(),
  owner: SYSTEM_PROGRAM,
  isExecutable: false,
};

function toState(account: Account): AccountState {
  return {
    lamports: account.lamports(),
    data: account.data(),
    owner: encodeAddress(account.owner()),
    isExecutable: account.executable(),
  };
}

function toOutcome(result: TransactionMetadata | FailedTransactionMetadata): VmOutcome {
  const isFailed = result instanceof FailedTransactionMetadata;
  const meta = isFailed ? result.meta() : result;
  const returned = meta.returnData();
  const returnedBytes = returned.data();
  return {
    error: isFailed ? toTransactionError(result.err()) : null,
    logs: meta.logs(),
    inner: toInner(meta),
    unitsConsumed: Number(meta.computeUnitsConsumed()),
    returnData:
      returnedBytes.length === 0
        ? null
        : {
            programId: bs58.encode(returned.programId()),
            data: [Buffer.from(returnedBytes).toString('base64'), 'base64'],
          },
  };
}

function toInner(meta: TransactionMetadata): VmOutcome['inner'] {
  const all = meta.innerInstructions().map((list, index) => ({
    index,
    instructions: list.map((inner) => {
      const instruction = inner.instruction();
      return {
        programIdIndex: instruction.programIdIndex(),
        accounts: [...instruction.accounts()],
        data: bs58.encode(instruction.data()),
        stackHeight: inner.stackHeight(),
      };
    }),
  }));
  return all.filter(({ instructions }) => instructions.length > 0);
}

function toTransactionError(error: ReturnType<FailedTransactionMetadata['err']>): TransactionError {
  if (typeof error === 'number') return transactionErrorName(error);
  if (error instanceof TransactionErrorInstructionError) {
    return { InstructionError: [error.index, toInstructionError(error.err())] };
  }
  if (error instanceof TransactionErrorInsufficientFundsForRent) {
    return { InsufficientFundsForRent: { account_index: error.accountIndex } };
  }
  if (error instanceof TransactionErrorDuplicateInstruction) return { DuplicateInstruction: error.index };
  return { ProgramExecutionTemporarilyRestricted: { account_index: error.accountIndex } };
}

function toInstructionError(error: ReturnType<TransactionErrorInstructionError['err']>): InstructionError {
  if (error instanceof InstructionErrorCustom) return { Custom: error.code };
  if (error instanceof InstructionErrorBorshIo) return { BorshIoError: error.msg };
  return typeof error === 'number' ? instructionErrorName(error) : 'GenericError';
}
