import type { Keypair } from '@solana/web3.js';
import {
  CallAbortedError,
  type CodeAnswer,
  createWatt,
  JobFailedError,
  type PayWith,
  type ResumeTicket,
  WattError,
} from '@watt/client';
import { createJobId } from '@watt/shared';
import type { SeededRandom } from './seeded-random.ts';
import type { World } from './world.ts';

/** What a customer knows of one job when all is over, from the answers alone. */
export interface Purchase {
  wallet: string;
  way: string;
  jobId: string;
  /** `delivered`: a result came. `refused`: the router said that it failed and nothing is charged. `gave_up`: no final answer in time. */
  end: 'delivered' | 'refused' | 'gave_up';
  detail: string;
}

export interface CustomerContext {
  world: World;
  random: SeededRandom;
  /** Hears of every payment before it is sent. */
  onPayment: (signature: string) => void;
  signal: AbortSignal;
}

/** Buys one job and does not rest until it has a final answer. Rejects only for what no customer could explain. */
export type WayToPay = (context: CustomerContext, wallet: Keypair) => Promise<Purchase>;

/** What is bought, whatever the way to pay. */
export const ROUND_TRIP = { language: 'python', code: 'print(1)', timeout: 5, memory_mb: 128 } as const;

const CALL_MS = 20_000;
const PATIENCE_MS = 180_000;
const RESUME_PAUSE_MS = 300;

/** By memo with the SDK: plain job id or commitment. Whatever breaks, the ticket goes on where it stopped. */
export function payByMemo(way: PayWith): WayToPay {
  return async (context, wallet) => {
    const { world, signal, onPayment } = context;
    const { routerUrl: baseUrl, chain } = world;
    const watt = createWatt({
      baseUrl,
      wallet,
      rpcUrl: chain.rpcUrl,
      payWith: way,
      onTicket: ({ payment }) => {
        if (payment) onPayment(payment.signature);
      },
    });
    const jobId = createJobId();
    const until = performance.now() + PATIENCE_MS;
    let last: WattError | null = null;
    while (performance.now() < until && !signal.aborted) {
      try {
        const answer = await goOn(watt, jobId, last?.ticket ?? null, signal);
        return { wallet: wallet.publicKey.toBase58(), way, jobId, end: 'delivered', detail: answer.stdout };
      } catch (error) {
        if (!(error instanceof WattError) || error instanceof CallAbortedError) throw error;
        if (error instanceof JobFailedError || isFinal(error)) {
          return {
            wallet: wallet.publicKey.toBase58(),
            way,
            jobId,
            end: 'refused',
            detail: `${error.code}: ${error.message}`,
          };
        }
        last = error;
        await new Promise((resolve) => setTimeout(resolve, RESUME_PAUSE_MS));
      }
    }
    const detail = last ? `${last.code}: ${last.message}` : 'stopped';
    return { wallet: wallet.publicKey.toBase58(), way, jobId, end: 'gave_up', detail };
  };
}

async function goOn(
  watt: ReturnType<typeof createWatt>,
  jobId: string,
  ticket: ResumeTicket | null,
  signal: AbortSignal,
): Promise<CodeAnswer> {
  const options = { timeoutMs: CALL_MS, signal };
  // Without a payment the same call is made again: the same id and body are the same job.
  if (ticket === null || ticket.payment === null) return watt.runCode(ROUND_TRIP, { ...options, jobId });
  return (await watt.resume(ticket, options)) as CodeAnswer;
}

function isFinal(error: WattError): boolean {
  return error.code === 'JOB_EXPIRED' || error.code === 'NO_NODE_AVAILABLE' || error.code === 'NODE_FAILED';
}
