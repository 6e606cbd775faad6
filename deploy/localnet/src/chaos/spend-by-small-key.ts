import { JobFailedError, type Watt, WattError } from '@watt/client';
import { createJobId, parseWatt } from '@watt/shared';
import {
  type Account,
  CALL_MS,
  type CustomerContext,
  type Errand,
  FINAL,
  type Purchase,
  ROUND_TRIP,
} from './customer.ts';
import { insist } from './insist.ts';
import { SIGNATURE, wattOf } from './means.ts';

const PROGRAMS = 4;
/** Enough for three of them. */
const BUDGET = '1000';
const REFUSED: ReadonlySet<string> = new Set([...FINAL, 'API_KEY_REVOKED']);

/** Buys more programs at once than a new key may, and revokes it meanwhile. */
export const spendBySmallKey: Errand = async (context, account) => {
  const { signal, random } = context;
  const owner = wattOf(context, account, SIGNATURE);
  const key = await insist<{ id: string; apiKey: string } | null>(signal, {
    attempt: () => owner.createKey({ name: 'small', scopes: ['spend'], budgetPerDay: BUDGET }, { signal }),
    giveUp: () => null,
  });
  if (key === null) return [];
  const isRevoked = random.chance(0.5);
  const [purchases] = await Promise.all([
    Promise.all(Array.from({ length: PROGRAMS }, () => buyOne(context, account, key.apiKey))),
    isRevoked &&
      insist<boolean>(signal, { attempt: () => revoke(owner, key.id, signal), giveUp: () => false }),
  ]);
  return purchases;
};

async function revoke(owner: Watt, keyId: string, signal: AbortSignal): Promise<boolean> {
  await owner.revokeKey(keyId, { signal });
  return true;
}

/** What a refused key had bought before, the job itself says. */
async function buyOne(context: CustomerContext, account: Account, apiKey: string): Promise<Purchase> {
  // One for each: all of them on one would be too many listeners.
  const signal = AbortSignal.any([context.signal]);
  const id = createJobId();
  const about = { wallet: account.wallet.publicKey.toBase58(), way: 'program, small key', id };
  const watt = wattOf(context, account, { name: 'small key', options: () => ({ apiKey }) });
  let last = 'no answer';
  return insist<Purchase>(signal, {
    async attempt() {
      try {
        const { costBase } = await watt.runCode(ROUND_TRIP, { jobId: id, timeoutMs: CALL_MS, signal });
        return { ...about, end: 'delivered', charged: costBase, detail: 'paid' };
      } catch (error) {
        if (!(error instanceof WattError)) throw error;
        last = `${error.code}: ${error.message}`;
        return error instanceof JobFailedError || REFUSED.has(error.code) ? lookUp() : null;
      }
    },
    giveUp: () => ({ ...about, end: 'gave_up', charged: null, detail: last }),
  });

  async function lookUp(): Promise<Purchase | null> {
    const anybody = wattOf(context, account, { name: 'anybody', options: () => ({}) });
    const refused: Purchase = { ...about, end: 'refused', charged: 0n, detail: last };
    try {
      const job = await anybody.job(id, { signal });
      if (['queued', 'running'].includes(job.state)) return null;
      if (job.state !== 'succeeded') return refused;
      const charged = parseWatt(String(job.result?.['watt_charged']));
      return { ...about, end: 'delivered', charged, detail: last };
    } catch (error) {
      if (error instanceof WattError && error.code === 'JOB_NOT_FOUND') return refused;
      throw error;
    }
  }
}
