import { PublicKey } from '@solana/web3.js';
import { expect } from 'vitest';
import { call } from './call.ts';
import type { Market } from './start-market.ts';

/** What a test asks a market about money. */
export interface MoneyReader {
  /** Base units. */
  balanceOf(wallet: PublicKey): Promise<bigint>;
  credit(
    signature: string,
  ): Promise<{ amount: bigint; payer: string | null; status: string; applied: string | null } | undefined>;
  /** The ledger's closing lines as `GET /api/v1/stats` says them. */
  ledger(): Promise<Record<string, string | boolean>>;
  /** What the chain says that our token account holds, as text in WATT. */
  onChain(): Promise<string>;
  jobState(jobId: string): Promise<string>;
  /** Waits until the ledger balances and says what the chain says; either may be ahead of the other for a moment. */
  untilEven(expected?: Record<string, string>): Promise<void>;
}

export function readMoney(market: Market): MoneyReader {
  const at = (path: string) => `${market.router.url}${path}`;
  const ledger = async () => (await call('GET', at('/api/v1/stats'))).body.ledger;
  const onChain = async () => {
    const account = new PublicKey(market.router.context.payments.payTo.tokenAccount);
    return (await market.connection.getTokenAccountBalance(account, 'confirmed')).value.uiAmountString ?? '';
  };
  return {
    ledger,
    onChain,
    async balanceOf(wallet) {
      const [row] = await market.sql<{ balance: bigint }[]>`
        select balance from accounts where kind = 'customer' and owner = ${wallet.toBase58()}`;
      return row?.balance ?? 0n;
    },
    async credit(signature) {
      const [row] = await market.sql<
        { amount: bigint; payer: string | null; status: string; applied: string | null }[]
      >`select amount, payer, status, applied_job as applied from chain_credits where signature = ${signature}`;
      return row;
    },
    jobState: async (jobId) => (await call('GET', at(`/api/v1/jobs/${jobId}`))).body.state,
    async untilEven(expected = {}) {
      const compare = async () => {
        const [books, held] = await Promise.all([ledger(), onChain()]);
        return { ...books, isEven: books.treasury === held };
      };
      await expect.poll(compare).toMatchObject({ ...expected, balanced: true, isEven: true });
    },
  };
}
