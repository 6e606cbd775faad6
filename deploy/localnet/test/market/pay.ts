import type { Keypair } from '@solana/web3.js';
import { memoInstruction } from '../../src/chain/memo-instruction.ts';
import { sendInstructions, transfer } from './send-instructions.ts';
import type { MarketPlace } from './start-market.ts';

export interface Payment {
  from: Keypair;
  /** Whole WATT. */
  watt: number;
  memo: string;
}

/** Pays as an agent would who read only the specification: transferChecked to the compute wallet's account, and a memo. */
export async function pay(
  market: MarketPlace,
  { from, watt, memo }: Payment,
  options?: { confirm: boolean },
): Promise<string> {
  const paid = transfer(market, { from: from.publicKey, units: BigInt(watt) * 1_000_000n });
  return (await sendInstructions(market, [paid, memoInstruction(memo)], [from], options)).signature;
}
