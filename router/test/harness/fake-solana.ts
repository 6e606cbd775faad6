import { type ChainHint, canonicalTokenAccount } from '../../src/chain/chain.ts';
import { observeTransfer, type RawTransaction } from '../../src/chain/observed-transfer.ts';
import type { ListedSignature, SignatureStatus, Solana } from '../../src/chain/solana.ts';

const computeWallet = '8opHzTAnfzRpPEx21XtnrVTX28YQuCpAjcn1PczScKh';
const mint = 'So11111111111111111111111111111111111111112';
const tokenProgram = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
const tokenAccount = canonicalTokenAccount({ wallet: computeWallet, mint, tokenProgram });
export const OURS = { computeWallet, tokenAccount, mint, tokenProgram };
const MEMO_PROGRAM = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';

export interface Payment {
  from: string;
  /** Base units. */
  amount: bigint;
  memo: string | null;
  slot?: number;
}

/** A chain of a few transactions, told by the test. A call that the test did not plan throws. */
export interface FakeSolana extends Solana {
  /** Newest first. */
  readonly listed: ListedSignature[];
  readonly transactions: Map<string, RawTransaction | null>;
  readonly statuses: Map<string, SignatureStatus>;
  /** Every call with its argument, in order. */
  readonly calls: string[];
  finalizedSlot: bigint;
  /** What a list with a minimum slot needs. */
  seenSlot: bigint;
  isDown: boolean;
  /** Puts a payment on the chain, confirmed. Returns its signature. */
  pay(payment: Payment): string;
  hint(level: 'processed' | 'confirmed', hint: ChainHint): void;
}

export function createFakeSolana(): FakeSolana {
  const listeners: { level: string; onHint: (hint: ChainHint) => void }[] = [];
  const unplanned = (name: string) => async (): Promise<never> => {
    throw new Error(`${name} was not planned`);
  };
  const answer = <T>(call: string, value: () => T): Promise<T> => {
    fake.calls.push(call);
    return fake.isDown ? Promise.reject(new Error('the RPC is down')) : Promise.resolve().then(value);
  };
  const fake: FakeSolana = {
    listed: [],
    transactions: new Map(),
    statuses: new Map(),
    calls: [],
    finalizedSlot: 0n,
    seenSlot: 2n ** 62n,
    isDown: false,
    genesisHash: async () => '11111111111111111111111111111111',
    readMint: async () => ({ tokenProgram: OURS.tokenProgram, decimals: 6, extensions: [] }),
    finalizedHolding: () =>
      answer('holding', () => ({ amount: finalizedSum(fake), slot: fake.finalizedSlot })),
    lamports: unplanned('lamports'),
    slot: (commitment) => answer(`slot ${commitment}`, () => fake.finalizedSlot),
    listSignatures: (_, { before, limit, minContextSlot }) =>
      answer(`list ${before ?? 'newest'}`, () => {
        if (minContextSlot !== undefined && BigInt(minContextSlot) > fake.seenSlot)
          throw new Error('the node is behind');
        const start = before ? fake.listed.findIndex((row) => row.signature === before) + 1 : 0;
        return fake.listed.slice(start, start + limit);
      }),
    getTransaction: (signature) =>
      answer(`transaction ${signature}`, () => planned(fake.transactions, signature)),
    signatureStatus: (signature) => answer(`status ${signature}`, () => planned(fake.statuses, signature)),
    watchHints(_, level, onHint) {
      const listener = { level, onHint };
      listeners.push(listener);
      return () => void listeners.splice(listeners.indexOf(listener), 1);
    },
    pay(payment) {
      const signature = crypto.randomUUID();
      const slot = payment.slot ?? Number(fake.finalizedSlot) + 1;
      fake.transactions.set(signature, transactionOf(signature, { ...payment, slot }));
      fake.listed.unshift({ signature, slot: BigInt(slot), failed: false, finalized: false });
      return signature;
    },
    hint(level, hint) {
      for (const listener of listeners) if (listener.level === level) listener.onHint(hint);
    },
  };
  return fake;
}

function finalizedSum({ listed, transactions }: FakeSolana): bigint {
  return listed.reduce((sum, row) => {
    const raw = row.finalized && !row.failed ? transactions.get(row.signature) : null;
    return raw ? sum + observeTransfer(raw, OURS).delta : sum;
  }, 0n);
}

function planned<T>(answers: ReadonlyMap<string, T>, key: string): T {
  if (!answers.has(key)) throw new Error(`a call for ${key} was not planned`);
  return answers.get(key) as T;
}

/** A transfer of a wallet to our account, signed by the wallet. */
export function transactionOf(
  signature: string,
  { from, amount, memo, slot }: Payment & { slot: number },
): RawTransaction {
  const balance = (accountIndex: number, owner: string, units: bigint) => ({
    accountIndex,
    owner,
    mint: OURS.mint,
    programId: OURS.tokenProgram,
    uiTokenAmount: { amount: `${units}` },
  });
  return {
    signature,
    slot,
    blockTime: 1_700_000_000,
    succeeded: true,
    keys: [from, `${from} tokens`, OURS.tokenAccount, OURS.tokenProgram],
    signerCount: 1,
    instructions: [
      { programId: OURS.tokenProgram, data: new Uint8Array([12]) },
      ...(memo === null ? [] : [{ programId: MEMO_PROGRAM, data: Buffer.from(memo) }]),
    ],
    pre: [balance(1, from, amount), balance(2, OURS.computeWallet, 0n)],
    post: [balance(1, from, 0n), balance(2, OURS.computeWallet, amount)],
  };
}
