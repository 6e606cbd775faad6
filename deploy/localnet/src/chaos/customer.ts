import type { Keypair } from '@solana/web3.js';
import {
  CallAbortedError,
  type CodeAnswer,
  createWatt,
  JobFailedError,
  type ResumeTicket,
  type Watt,
  WattError,
  type WattOptions,
} from '@watt/client';
import { createJobId } from '@watt/shared';
import { insist } from './insist.ts';
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
  detail: string;
}

export interface CustomerContext {
  world: World;
  /** Hears of every payment before it is sent. */
  onPayment: (signature: string) => void;
  signal: AbortSignal;
}

/** Buys one job and does not rest until it has a final answer. Rejects only for what no customer could explain. */
export type WayToPay = (context: CustomerContext, account: Account) => Promise<Purchase>;

/** What is bought, whatever the way to pay. */
export const ROUND_TRIP = { language: 'python', code: 'print(1)', timeout: 5, memory_mb: 128 } as const;

const CALL_MS = 20_000;
const FINAL = new Set(['JOB_EXPIRED', 'NO_NODE_AVAILABLE', 'NODE_FAILED']);

/** With the SDK. Whatever breaks, the ticket goes on where it stopped. */
export function payWithSdk(
  way: string,
  optionsFor: (world: World, account: Account) => Partial<WattOptions>,
): WayToPay {
  return async (context, account) => {
    const { world, signal, onPayment } = context;
    const watt = createWatt({
      baseUrl: world.routerUrl,
      onTicket: ({ payment }) => {
        if (payment) onPayment(payment.signature);
      },
      ...optionsFor(world, account),
    });
    const id = createJobId();
    const about = { wallet: account.wallet.publicKey.toBase58(), way, id };
    let ticket: ResumeTicket | null = null;
    let last = 'no answer';
    return insist<Purchase>(signal, {
      async attempt() {
        try {
          const { stdout } = await goOn(watt, id, ticket, signal);
          return { ...about, end: 'delivered', detail: stdout };
        } catch (error) {
          if (!(error instanceof WattError) || error instanceof CallAbortedError) throw error;
          ticket = error.ticket ?? ticket;
          last = `${error.code}: ${error.message}`;
          const isFinal = error instanceof JobFailedError || FINAL.has(error.code);
          return isFinal ? { ...about, end: 'refused', detail: last } : null;
        }
      },
      giveUp: () => ({ ...about, end: 'gave_up', detail: last }),
    });
  };
}

async function goOn(
  watt: Watt,
  jobId: string,
  ticket: ResumeTicket | null,
  signal: AbortSignal,
): Promise<CodeAnswer> {
  const options = { timeoutMs: CALL_MS, signal };
  // Without a payment the same call is made again: the same id and body are the same job.
  if (ticket === null || ticket.payment === null) return watt.runCode(ROUND_TRIP, { ...options, jobId });
  return (await watt.resume(ticket, options)) as CodeAnswer;
}
