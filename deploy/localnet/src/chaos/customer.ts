import type { Keypair } from '@solana/web3.js';
import type { SeededRandom } from './seeded-random.ts';
import type { World } from './world.ts';

/** A wallet with WATT on chain, a balance at the router, and an API key to spend it. */
export interface Account {
  wallet: Keypair;
  apiKey: string;
}

/** What a customer knows of one purchase when all is over, from the answers alone. */
export interface Purchase {
  wallet: string;
  way: string;
  /** The job, or for a withdrawal the payout. */
  id: string;
  /**
   * `delivered`: a result came. `refused`: the router said that it failed and nothing is charged. `withdrawn`: the router promised to send
   * it. `gave_up`: no final answer in time.
   */
  end: 'delivered' | 'refused' | 'withdrawn' | 'gave_up';
  /** Base units, as the answer said; null where none did. */
  charged: bigint | null;
  detail: string;
  /** What in the answers themselves does not add up. */
  faults?: readonly string[];
}

export interface CustomerContext {
  world: World;
  /** The router that is asked, from the first to the last call. */
  routerUrl: string;
  random: SeededRandom;
  signal: AbortSignal;
}

/** What a customer sets out to do, and does not rest until it has a final answer. Rejects only for what no customer could explain. */
export type Errand = (context: CustomerContext, account: Account) => Promise<Purchase[]>;

/** A program, whatever the way to pay. */
export const ROUND_TRIP = { language: 'python', code: 'print(1)', timeout: 5, memory_mb: 128 } as const;

/** How long the SDK may try before its ticket is taken up again. */
export const CALL_MS = 20_000;

/** Answers after which nothing more will come of a call. */
export const FINAL: ReadonlySet<string> = new Set([
  ...['JOB_EXPIRED', 'NO_NODE_AVAILABLE', 'NODE_FAILED', 'SCRAPE_FAILED'],
  ...['BALANCE_INSUFFICIENT', 'BUDGET_EXCEEDED'],
]);
