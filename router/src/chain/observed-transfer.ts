/** What one transaction did to our token account: read from balances, never from instructions. */
export interface ObservedTransfer {
  signature: string;
  slot: bigint;
  /** False for a transaction that landed and failed: nothing moved. */
  succeeded: boolean;
  /** Post minus pre balance of our token account, in base units; negative when tokens left. */
  delta: bigint;
  /** The single owner whose balance of the mint fell, or null when there is none or more than one. */
  payer: string | null;
  /** Whether the payer signed; a delegate can spend without. */
  payerSigned: boolean;
  /** The single top-level memo, or null when there is none or more than one. */
  memo: string | null;
  /** Unix seconds, as the cluster estimates it. */
  blockTime: number | null;
}

export interface TokenBalance {
  accountIndex: number;
  mint: string;
  owner?: string | undefined;
  programId?: string | undefined;
  uiTokenAmount: { amount: string };
}

/** The parts of a raw `getTransaction` answer that matter here; `keys` are all account keys, lookup tables included. */
export interface RawTransaction {
  signature: string;
  slot: number;
  blockTime: number | null;
  succeeded: boolean;
  keys: string[];
  signerCount: number;
  instructions: { programId: string; data: Uint8Array }[];
  pre: TokenBalance[];
  post: TokenBalance[];
}

const MEMO_PROGRAMS = new Set([
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
]);

/**
 * Reads a transaction by the balance delta of one token account. Fees withheld by the mint, inner transfers, several transfers and
 * failed transactions all come out right, because only what really arrived counts.
 */
export function observeTransfer(
  raw: RawTransaction,
  ours: { tokenAccount: string; mint: string; tokenProgram: string },
): ObservedTransfer {
  const deltas = balanceDeltas(raw, ours);
  const payer = singlePayer([...deltas.values()]);
  const memos = raw.instructions.filter((instruction) => MEMO_PROGRAMS.has(instruction.programId));
  return {
    signature: raw.signature,
    slot: BigInt(raw.slot),
    succeeded: raw.succeeded,
    delta: raw.succeeded ? (deltas.get(raw.keys.indexOf(ours.tokenAccount))?.delta ?? 0n) : 0n,
    payer,
    payerSigned: payer !== null && raw.keys.slice(0, raw.signerCount).includes(payer),
    memo: memos.length === 1 && memos[0] ? Buffer.from(memos[0].data).toString('utf8') : null,
    blockTime: raw.blockTime,
  };
}

/** An owner who only moved tokens between own accounts paid nothing; a loss without a known owner leaves the payer open. */
function singlePayer(deltas: readonly { delta: bigint; owner: string | undefined }[]): string | null {
  const byOwner = new Map<string | undefined, bigint>();
  for (const { delta, owner } of deltas) byOwner.set(owner, (byOwner.get(owner) ?? 0n) + delta);
  const payers = [...byOwner].flatMap(([owner, delta]) => (delta < 0n ? [owner] : []));
  return payers.length === 1 ? (payers[0] ?? null) : null;
}

function balanceDeltas(
  raw: RawTransaction,
  ours: { mint: string; tokenProgram: string },
): Map<number, { delta: bigint; owner: string | undefined }> {
  const deltas = new Map<number, { delta: bigint; owner: string | undefined }>();
  const isOurs = (balance: TokenBalance) =>
    balance.mint === ours.mint && balance.programId === ours.tokenProgram;
  const add = (balance: TokenBalance, sign: bigint): void => {
    const known = deltas.get(balance.accountIndex);
    const amount = sign * BigInt(balance.uiTokenAmount.amount);
    deltas.set(balance.accountIndex, {
      delta: (known?.delta ?? 0n) + amount,
      // Whose it was before counts: an account may be handed over in the transaction that pays.
      owner: known?.owner ?? balance.owner,
    });
  };
  for (const balance of raw.pre.filter(isOurs)) add(balance, -1n);
  for (const balance of raw.post.filter(isOurs)) add(balance, 1n);
  return deltas;
}
