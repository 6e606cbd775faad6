import { type BatchResult, CallAbortedError, type ResumeTicket, WattError } from '@watt/client';
import { createJobId } from '@watt/shared';
import { CALL_MS, type Errand, FINAL, type Purchase } from './customer.ts';
import { insist } from './insist.ts';
import { type Means, wattOf } from './means.ts';
import { pagesOfBatch } from './pages.ts';

/** Buys several pages for one payment; each page is a purchase of its own. */
export function buyBatch(means: Means): Errand {
  return async (context, account) => {
    const { signal } = context;
    const watt = wattOf(context, account, means);
    const request = pagesOfBatch(context.random);
    const id = createJobId();
    const about = { wallet: account.wallet.publicKey.toBase58(), way: `batch, ${means.name}` };
    const ended = new Map<number, BatchResult>();
    let ticket: ResumeTicket | null = null;
    let last = 'no answer';
    return insist<Purchase[]>(signal, {
      async attempt() {
        const goOn = ticket ? { ticket } : { jobId: id };
        try {
          for await (const page of watt.scrapeBatch(request, { ...goOn, timeoutMs: CALL_MS, signal }))
            ended.set(page.index, page);
          return [...ended.values()].map((page) => ({ ...about, ...purchaseOf(page) }));
        } catch (error) {
          if (!(error instanceof WattError) || error instanceof CallAbortedError) throw error;
          ticket = error.ticket ?? ticket;
          last = `${error.code}: ${error.message}`;
          return FINAL.has(error.code) ? [{ ...about, id, end: 'refused', charged: 0n, detail: last }] : null;
        }
      },
      giveUp: () => [{ ...about, id, end: 'gave_up', charged: null, detail: last }],
    });
  };
}

function purchaseOf({ ok, jobId, costBase, code }: BatchResult): Omit<Purchase, 'wallet' | 'way'> {
  return { id: jobId, end: ok ? 'delivered' : 'refused', charged: costBase, detail: code ?? 'scraped' };
}
