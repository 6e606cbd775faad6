import { type Connection, PublicKey } from '@solana/web3.js';

const PAGE = 1000;

export interface ChainMovement {
  signature: string;
  /** Base units by which our token account changed. */
  delta: bigint;
  /** By how much the token balance of each owner changed. */
  owners: Map<string, bigint>;
  memo: string | null;
}

/** Every transaction that changed a token account, read anew from the chain: the witness that knows nothing of the ledger. */
export async function readChainBook(
  connection: Connection,
  ours: { tokenAccount: string; mint: string },
): Promise<ChainMovement[]> {
  const movements: ChainMovement[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await connection.getSignaturesForAddress(
      new PublicKey(ours.tokenAccount),
      { limit: PAGE, ...(before && { before }) },
      'finalized',
    );
    for (const { signature, err, memo } of page) {
      if (err !== null) continue;
      const movement = await readMovement(connection, signature, ours);
      if (movement) movements.push({ ...movement, memo: memo ?? null });
    }
    before = page.at(-1)?.signature;
    if (page.length < PAGE) return movements;
  }
}

async function readMovement(
  connection: Connection,
  signature: string,
  ours: { tokenAccount: string; mint: string },
): Promise<Omit<ChainMovement, 'memo'> | null> {
  const found = await connection.getTransaction(signature, {
    commitment: 'finalized',
    maxSupportedTransactionVersion: 0,
  });
  if (!found?.meta) throw new Error(`The chain lists ${signature} and does not have it`);
  const keys = found.transaction.message.getAccountKeys().keySegments().flat();
  const index = keys.findIndex((key) => key.toBase58() === ours.tokenAccount);
  const owners = new Map<string, bigint>();
  let delta = 0n;
  const add = (rows: typeof found.meta.preTokenBalances, sign: bigint): void => {
    for (const row of rows ?? []) {
      if (row.mint !== ours.mint) continue;
      const amount = sign * BigInt(row.uiTokenAmount.amount);
      if (row.accountIndex === index) delta += amount;
      else owners.set(row.owner ?? '', (owners.get(row.owner ?? '') ?? 0n) + amount);
    }
  };
  add(found.meta.preTokenBalances, -1n);
  add(found.meta.postTokenBalances, 1n);
  return delta === 0n ? null : { signature, delta, owners };
}
