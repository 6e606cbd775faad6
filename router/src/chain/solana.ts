import {
  ASSOCIATED_TOKEN_PROGRAM_ID,
  ExtensionType,
  getAssociatedTokenAddressSync,
  getExtensionTypes,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
  unpackAccount,
  unpackMint,
} from '@solana/spl-token';
import {
  type ConfirmedSignatureInfo,
  Connection,
  PublicKey,
  type VersionedTransactionResponse,
} from '@solana/web3.js';
import { startLogHints, websocketUrlOf } from './log-hints.ts';
import type { RawTransaction } from './observed-transfer.ts';

export type Commitment = 'confirmed' | 'finalized';

export interface ListedSignature {
  signature: string;
  slot: bigint;
  failed: boolean;
  finalized: boolean;
}

export type SignatureStatus = { finalized: boolean; failed: boolean } | 'unknown' | 'unsure';

/** A transaction that mentions our token account, seen over the websocket: a hint, never a proof. */
export interface ChainHint {
  signature: string;
  /** Memos as the memo program logged them. */
  memos: string[];
  failed: boolean;
}

export interface MintFacts {
  tokenProgram: string;
  decimals: number;
  /** Names of Token-2022 extensions. */
  extensions: string[];
}

/** The configured mint is not there, or is no mint. */
export class MintError extends Error {
  override readonly name = 'MintError';
}

/** Everything that the router asks of Solana, in its own types. The only file that knows the vendor's SDK. */
export interface Solana {
  genesisHash(): Promise<string>;
  readMint(): Promise<MintFacts>;
  slot(commitment: Commitment): Promise<bigint>;
  /** What a token account holds in base units, finalized, and the slot of which that is true. Null for one that is not there. */
  finalizedHolding(tokenAccount: string): Promise<{ amount: bigint; slot: bigint } | null>;
  /** SOL of a wallet, in lamports. */
  lamports(wallet: string): Promise<bigint>;
  /** Newest first, at most 1000, older than `before`. Rejects when the node has not seen `minContextSlot`. */
  listSignatures(
    tokenAccount: string,
    page: { before?: string; limit: number; minContextSlot?: number },
  ): Promise<ListedSignature[]>;
  getTransaction(signature: string): Promise<RawTransaction | null>;
  /** What became of a signature, by the RPC's whole history; `unknown` only from a node that has seen the slot, else `unsure`. */
  signatureStatus(signature: string, seenSlot: bigint): Promise<SignatureStatus>;
  watchHints(
    tokenAccount: string,
    level: 'processed' | 'confirmed',
    onHint: (hint: ChainHint) => void,
  ): () => void;
}

export interface SolanaOptions {
  rpcUrl: string;
  wsUrl?: string | undefined;
  mint: string;
  callTimeoutMs: number;
}

/** The one canonical token account of a wallet: its associated token account. */
export function canonicalTokenAccount(ours: { wallet: string; mint: string; tokenProgram: string }): string {
  return getAssociatedTokenAddressSync(
    new PublicKey(ours.mint),
    new PublicKey(ours.wallet),
    true,
    new PublicKey(ours.tokenProgram),
    ASSOCIATED_TOKEN_PROGRAM_ID,
  ).toBase58();
}

export function createSolana(options: SolanaOptions): Solana {
  const timedFetch: typeof fetch = (input, init) =>
    fetch(input, { ...init, signal: AbortSignal.timeout(options.callTimeoutMs) });
  const connection = new Connection(options.rpcUrl, {
    commitment: 'confirmed',
    disableRetryOnRateLimit: true,
    fetch: timedFetch,
  });
  const wsUrl = options.wsUrl ?? websocketUrlOf(options.rpcUrl);
  const mint = new PublicKey(options.mint);

  return {
    genesisHash: () => connection.getGenesisHash(),
    readMint: () => readMint(connection, mint),
    slot: async (commitment) => BigInt(await connection.getSlot(commitment)),
    finalizedHolding: (tokenAccount) => finalizedHolding(connection, tokenAccount),
    lamports: async (wallet) => BigInt(await connection.getBalance(new PublicKey(wallet), 'confirmed')),
    async listSignatures(tokenAccount, page) {
      const rows = await connection.getSignaturesForAddress(new PublicKey(tokenAccount), page, 'confirmed');
      return rows.map(toListed);
    },
    async getTransaction(signature) {
      const found = await connection.getTransaction(signature, {
        commitment: 'confirmed',
        maxSupportedTransactionVersion: 0,
      });
      return found && toRaw(signature, found);
    },
    async signatureStatus(signature, seenSlot) {
      const { context, value } = await connection.getSignatureStatuses([signature], {
        searchTransactionHistory: true,
      });
      const status = value[0];
      if (status)
        return { finalized: status.confirmationStatus === 'finalized', failed: status.err !== null };
      return BigInt(context.slot) >= seenSlot ? 'unknown' : 'unsure';
    },
    watchHints: (account, level, onHint) =>
      startLogHints({
        ...{ wsUrl, account, level },
        onNotice: ({ signature, logs, failed }) => onHint({ signature, memos: loggedMemos(logs), failed }),
      }),
  };
}

async function readMint(connection: Connection, mint: PublicKey): Promise<MintFacts> {
  const account = await connection.getAccountInfo(mint, 'confirmed');
  if (!account) throw new MintError(`WATT_MINT ${mint.toBase58()} does not exist on this chain`);
  const isToken = account.owner.equals(TOKEN_PROGRAM_ID) || account.owner.equals(TOKEN_2022_PROGRAM_ID);
  if (!isToken) throw new MintError(`WATT_MINT ${mint.toBase58()} is not a token mint`);
  const facts = unpackMint(mint, account, account.owner);
  return {
    tokenProgram: account.owner.toBase58(),
    decimals: facts.decimals,
    extensions: getExtensionTypes(facts.tlvData).map((type) => ExtensionType[type] ?? `unknown ${type}`),
  };
}

async function finalizedHolding(
  connection: Connection,
  tokenAccount: string,
): Promise<{ amount: bigint; slot: bigint } | null> {
  const key = new PublicKey(tokenAccount);
  const { context, value } = await connection.getAccountInfoAndContext(key, 'finalized');
  if (!value) return null;
  return { amount: unpackAccount(key, value, value.owner).amount, slot: BigInt(context.slot) };
}

function toListed(row: ConfirmedSignatureInfo): ListedSignature {
  return {
    signature: row.signature,
    slot: BigInt(row.slot),
    failed: row.err !== null,
    finalized: row.confirmationStatus === 'finalized',
  };
}

function toRaw(signature: string, found: VersionedTransactionResponse): RawTransaction {
  const message = found.transaction.message;
  const loaded = found.meta?.loadedAddresses;
  const keys = message.getAccountKeys(loaded ? { accountKeysFromLookups: loaded } : undefined);
  return {
    signature,
    slot: found.slot,
    blockTime: found.blockTime ?? null,
    succeeded: found.meta !== null && found.meta.err === null,
    keys: keys
      .keySegments()
      .flat()
      .map((key) => key.toBase58()),
    signerCount: message.header.numRequiredSignatures,
    instructions: message.compiledInstructions.map((instruction) => ({
      programId: keys.get(instruction.programIdIndex)?.toBase58() ?? '',
      data: instruction.data,
    })),
    pre: found.meta?.preTokenBalances ?? [],
    post: found.meta?.postTokenBalances ?? [],
  };
}

const LOGGED_MEMO = /^Program log: Memo \(len \d+\): "(.*)"$/;

function loggedMemos(logs: string[]): string[] {
  return logs.flatMap((line) => LOGGED_MEMO.exec(line)?.[1] ?? []);
}
