import {
  CallAbortedError,
  type CallOptions,
  type CodeAnswer,
  JobFailedError,
  type Paid,
  type ResumeTicket,
  type ScrapeAnswer,
  type Watt,
  WattError,
} from '@watt/client';
import { createJobId } from '@watt/shared';
import { CALL_MS, type Errand, FINAL, type Purchase, ROUND_TRIP } from './customer.ts';
import { insist } from './insist.ts';
import { type Means, wattOf } from './means.ts';
import { sharedPage } from './pages.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What is bought as one job. */
interface Goods {
  name: string;
  /** Chooses one. What it gives asks for it: the same id and body are the same job, however often. */
  choose(random: SeededRandom): (watt: Watt, options: CallOptions) => Promise<Paid>;
}

export const PROGRAM: Goods = {
  name: 'program',
  choose: () => (watt, options) => watt.runCode(ROUND_TRIP, options),
};

/** A page that others may have had before. */
export const PAGE: Goods = {
  name: 'page',
  choose(random) {
    const page = sharedPage(random);
    return (watt, options) => watt.scrape(page, options);
  },
};

/** Buys one job with the SDK, and checks its receipt. Whatever breaks, the ticket goes on where it stopped. */
export function buyJob(goods: Goods, means: Means): Errand {
  return async (context, account) => {
    const { signal } = context;
    const watt = wattOf(context, account, means);
    const ask = goods.choose(context.random);
    const id = createJobId();
    const about = { wallet: account.wallet.publicKey.toBase58(), way: `${goods.name}, ${means.name}`, id };
    let ticket: ResumeTicket | null = null;
    let last = 'no answer';
    const goOn = (): Promise<Paid> => {
      const options = { timeoutMs: CALL_MS, signal };
      // Without a payment the same call is made again.
      return ticket?.payment ? watt.resume(ticket, options) : ask(watt, { ...options, jobId: id });
    };
    return insist<Purchase[]>(signal, {
      async attempt() {
        try {
          const answer = await goOn();
          const { valid } = await watt.verify(answer as CodeAnswer | ScrapeAnswer, { signal });
          const faults = valid ? [] : ['its receipt does not hold'];
          return [{ ...about, end: 'delivered', charged: answer.costBase, detail: 'paid', faults }];
        } catch (error) {
          if (!(error instanceof WattError) || error instanceof CallAbortedError) throw error;
          ticket = error.ticket ?? ticket;
          last = `${error.code}: ${error.message}`;
          const isFinal = error instanceof JobFailedError || FINAL.has(error.code);
          return isFinal ? [{ ...about, end: 'refused', charged: 0n, detail: last }] : null;
        }
      },
      giveUp: () => [{ ...about, end: 'gave_up', charged: null, detail: last }],
    });
  };
}
