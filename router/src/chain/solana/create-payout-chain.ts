import { unpackAccount } from '@solana/spl-token';
import { type AccountInfo, Connection, Keypair, PublicKey } from '@solana/web3.js';
import { parseWallet } from '@watt/shared';
import type { PayoutChain, RecipientState, SignatureFinding, Simulation } from '../payout-chain.ts';
import { buildPayout, type PayoutKeys, signPayout, tokenAccountOf } from './payout-transaction.ts';

export interface PayoutChainOptions {
  rpcUrl: string;
  /** A second provider: a signature is unknown only when both do not know it. */
  secondRpcUrl?: string | undefined;
  mint: string;
  tokenProgram: string;
  /** Solana's 64 bytes. Owns the token account that everything leaves from. */
  treasurySecret: Uint8Array;
  /** Pays the fees in SOL; the treasury's key does when there is none. */
  feePayerSecret?: Uint8Array | undefined;
  callTimeoutMs: number;
}

// More than the largest order uses (12 transfers, memo and burn take about 40 000 on a dev chain); the cluster's own maximum.
const SIMULATED_UNITS = 1_400_000;
const ACCOUNTS_AT_ONCE = 100;
// A token program's "insufficient funds": about what we hold, not about the recipient.
const INSUFFICIENT_FUNDS = 1;

export function createPayoutChain(options: PayoutChainOptions): PayoutChain {
  const [first, ...others] = [options.rpcUrl, options.secondRpcUrl].flatMap((url) =>
    url ? [connect(url, options.callTimeoutMs)] : [],
  );
  if (!first) throw new Error('No RPC to pay out by');
  const treasury = Keypair.fromSecretKey(options.treasurySecret);
  const keys: PayoutKeys = {
    treasury,
    feePayer: options.feePayerSecret ? Keypair.fromSecretKey(options.feePayerSecret) : treasury,
    mint: new PublicKey(options.mint),
    tokenProgram: new PublicKey(options.tokenProgram),
  };
  const ours = tokenAccountOf(keys, treasury.publicKey);

  return {
    tokenAccount: ours.toBase58(),
    signerCount: keys.feePayer === treasury ? 1 : 2,
    async latestBlockhash() {
      const { blockhash, lastValidBlockHeight } = await first.getLatestBlockhash('confirmed');
      return { blockhash, lastValidHeight: BigInt(lastValidBlockHeight) };
    },
    async finalizedTip() {
      const { absoluteSlot, blockHeight } = await first.getEpochInfo('finalized');
      if (blockHeight === undefined) throw new Error('The RPC gives no block height');
      return { slot: BigInt(absoluteSlot), height: BigInt(blockHeight) };
    },
    async finalizedBalance() {
      const account = await first.getAccountInfo(ours, 'finalized');
      if (!account?.owner.equals(keys.tokenProgram)) return null;
      const { amount, isFrozen } = unpackAccount(ours, account, keys.tokenProgram);
      return isFrozen ? null : amount;
    },
    recipientStates: (wallets) => readRecipients(first, keys, wallets),
    async recentUnitPrice() {
      const rows = await first.getRecentPrioritizationFees({ lockedWritableAccounts: [ours] });
      const prices = rows.map((row) => row.prioritizationFee).sort((a, b) => a - b);
      return BigInt(prices[Math.floor(prices.length * 0.75)] ?? 0);
    },
    feePayerLamports: async () => BigInt(await first.getBalance(keys.feePayer.publicKey, 'confirmed')),
    async simulate(order) {
      const terms = { unitLimit: SIMULATED_UNITS, unitPrice: 0n, blockhash: PublicKey.default.toBase58() };
      const { value } = await first.simulateTransaction(buildPayout(keys, order, terms), {
        sigVerify: false,
        replaceRecentBlockhash: true,
        commitment: 'confirmed',
      });
      return value.err === null
        ? { outcome: 'ok', units: value.unitsConsumed ?? SIMULATED_UNITS }
        : judgeError(value.err);
    },
    sign: (order, terms) => signPayout(keys, order, terms),
    async send(raw) {
      const sends = [first, ...others].map((connection) =>
        connection.sendRawTransaction(raw, { skipPreflight: true, maxRetries: 0 }),
      );
      await Promise.any(sends);
    },
    async find(signature, slot) {
      const findings = await Promise.all(
        [first, ...others].map((connection) => findBy(connection, signature, slot)),
      );
      return mergeFindings(findings);
    },
  };
}

function connect(url: string, timeoutMs: number): Connection {
  return new Connection(url, {
    commitment: 'confirmed',
    disableRetryOnRateLimit: true,
    fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
  });
}

async function readRecipients(
  connection: Connection,
  keys: PayoutKeys,
  wallets: readonly string[],
): Promise<Map<string, RecipientState>> {
  // What is no address has no token account either.
  const unique = [...new Set(wallets)].filter((wallet) => parseWallet(wallet) !== null);
  const states = new Map<string, RecipientState>();
  for (let start = 0; start < unique.length; start += ACCOUNTS_AT_ONCE) {
    const part = unique.slice(start, start + ACCOUNTS_AT_ONCE).map((wallet) => new PublicKey(wallet));
    const addresses = part.map((wallet) => tokenAccountOf(keys, wallet));
    const accounts = await connection.getMultipleAccountsInfo(addresses, 'confirmed');
    part.forEach((wallet, index) => {
      const address = addresses[index];
      if (address)
        states.set(wallet.toBase58(), recipientState(keys, wallet, { address, account: accounts[index] }));
    });
  }
  return states;
}

function recipientState(
  keys: PayoutKeys,
  wallet: PublicKey,
  { address, account }: { address: PublicKey; account: AccountInfo<Buffer> | null | undefined },
): RecipientState {
  if (wallet.equals(keys.treasury.publicKey)) return 'own';
  if (!account?.owner.equals(keys.tokenProgram)) return 'missing';
  const { owner, isFrozen } = unpackAccount(address, account, keys.tokenProgram);
  if (!owner.equals(wallet)) return 'foreign';
  return isFrozen ? 'frozen' : 'ready';
}

function judgeError(error: unknown): Simulation {
  const text = typeof error === 'string' ? error : JSON.stringify(error);
  const { InstructionError: failed } = (typeof error === 'object' ? error : {}) as {
    InstructionError?: [index: number, cause: string | { Custom?: number }];
  };
  const [, cause] = failed ?? [];
  const isOurs = typeof cause === 'object' && cause.Custom === INSUFFICIENT_FUNDS;
  return { outcome: failed && !isOurs ? 'refused' : 'unable', error: text };
}

/** An RPC that does not answer, or that has not seen the slot, is no witness that a signature is unknown. */
async function findBy(connection: Connection, signature: string, slot: bigint): Promise<SignatureFinding> {
  try {
    const { context, value } = await connection.getSignatureStatuses([signature], {
      searchTransactionHistory: true,
    });
    const [status] = value;
    if (!status) return { known: BigInt(context.slot) >= slot ? 'unknown' : 'unsure' };
    return {
      known: 'landed',
      finalized: status.confirmationStatus === 'finalized',
      error: status.err === null ? null : JSON.stringify(status.err),
    };
  } catch {
    return { known: 'unsure' };
  }
}

/** Whoever has seen it is believed, who has seen it finalized most; unknown only when all say so. */
function mergeFindings(findings: readonly SignatureFinding[]): SignatureFinding {
  const landed = findings.filter((finding) => finding.known === 'landed');
  const best = landed.find((finding) => finding.finalized) ?? landed[0];
  return best ?? { known: findings.every((finding) => finding.known === 'unknown') ? 'unknown' : 'unsure' };
}
