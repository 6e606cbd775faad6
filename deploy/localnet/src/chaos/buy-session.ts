import { randomUUID } from 'node:crypto';
import { JobFailedError, type ResumeTicket, type Session, type SessionRun, WattError } from '@watt/client';
import { createJobId, type JobView, parseWatt } from '@watt/shared';
import { CALL_MS, type CustomerContext, type Errand, FINAL, type Purchase } from './customer.ts';
import { insist } from './insist.ts';
import { type Means, wattOf } from './means.ts';
import { payByX402 } from './pay-by-x402.ts';

const CALLS_MAX = 4;
const MINUTES_MAX = 3;
const OVER = new Set(['SESSION_ENDED', 'CALL_ID_CONFLICT', 'JOB_NOT_FOUND']);

/** Who pays by x402 has a session that the SDK finds again without paying. */
export const X402: Means = { name: 'x402', options: () => ({}) };

/** A session as one customer uses it, and what that customer was told. */
interface Use {
  session: Session;
  runs: SessionRun[];
  faults: string[];
}

/** Buys a session, uses it, and closes it, or leaves it to its time: that takes a minute. */
export function buySession(means: Means, { isLeft }: { isLeft: boolean }): Errand {
  return async (context, account) => {
    const { random, signal } = context;
    const watt = wattOf(context, account, means);
    const id = createJobId();
    const request = { language: 'python', minutes: isLeft ? 1 : random.between(1, MINUTES_MAX) } as const;
    const way = `session ${isLeft ? 'left' : 'closed'}, ${means.name}`;
    const about = { wallet: account.wallet.publicKey.toBase58(), way, id };
    const first: ResumeTicket = {
      ...{ jobId: id, service: 'sessions', payment: null },
      body: JSON.stringify({ ...request, job_id: id }),
    };
    if (means === X402) await payByX402(context, account.wallet, { path: 'sessions', body: first.body });

    let ticket = first;
    const session = await insist<Session | string>(signal, {
      async attempt() {
        try {
          return await watt.openSession(request, { ticket, timeoutMs: CALL_MS, signal });
        } catch (error) {
          if (!(error instanceof WattError)) throw error;
          ticket = error.ticket ?? ticket;
          const isFinal = error instanceof JobFailedError || FINAL.has(error.code) || OVER.has(error.code);
          return isFinal ? error.code : null;
        }
      },
      giveUp: (last) => last,
    });
    const use = typeof session === 'string' ? null : await useSession(context, session, isLeft);
    return insist<Purchase[]>(signal, {
      async attempt() {
        const job = await watt.waitForJob(id, { timeoutMs: CALL_MS, signal });
        return [{ ...about, ...(await endOf(job, use, signal)) }];
      },
      giveUp: (last) => [{ ...about, end: 'gave_up', charged: null, detail: `${String(session)}: ${last}` }],
    });
  };
}

async function useSession(context: CustomerContext, session: Session, isLeft: boolean): Promise<Use> {
  const { random, signal } = context;
  const use: Use = { session, runs: [], faults: [] };
  for (let calls = random.between(1, CALLS_MAX); calls > 0; calls -= 1) {
    if (!(await runTwice(signal, use))) break;
  }
  if (isLeft) return use;
  await insist<boolean>(signal, {
    async attempt() {
      const { check } = await session.close({ timeoutMs: CALL_MS, signal });
      if (!check.valid) use.faults.push('the receipt of its bill does not hold');
      return true;
    },
    giveUp: () => false,
  });
  return use;
}

/** The same call twice at once, and again until both are answered. False when the session is over. */
async function runTwice(signal: AbortSignal, use: Use): Promise<boolean> {
  const callId = randomUUID();
  const once = () =>
    insist<SessionRun | 'over'>(signal, {
      async attempt() {
        try {
          return await use.session.run(callId, { callId, timeoutMs: CALL_MS, signal });
        } catch (error) {
          if (!(error instanceof WattError)) throw error;
          if (error.code === 'CALL_ID_CONFLICT') use.faults.push(`call ${callId} met another of its id`);
          return OVER.has(error.code) ? 'over' : null;
        }
      },
      giveUp(last) {
        use.faults.push(`call ${callId} was never answered: ${last}`);
        return 'over';
      },
    });
  const runs = (await Promise.all([once(), once()])).filter((run) => run !== 'over');
  const [run, again] = runs;
  if (run && again && run.stdout !== again.stdout) use.faults.push(`call ${callId} has two answers`);
  if (run) use.runs.push(run);
  return runs.length === 2 && run?.code !== 'SESSION_ENDED';
}

/** What the books of a session that is over say, and whether its result has every answer that was given, once. */
async function endOf(
  job: JobView,
  use: Use | null,
  signal: AbortSignal,
): Promise<Omit<Purchase, 'wallet' | 'way' | 'id'>> {
  const detail = `${job.state}`;
  const faults = [...(use?.faults ?? [])];
  if (job.state !== 'succeeded') return { end: 'refused', charged: 0n, detail, faults };
  for (const run of use?.runs ?? []) {
    const { valid } = (await use?.session.verify(run, { signal })) ?? { valid: true };
    if (!valid) faults.push(`its result does not have the answer to call ${run.callId}`);
  }
  const charged = parseWatt(String((job.result as { watt_charged?: unknown })?.watt_charged));
  return { end: 'delivered', charged, detail, faults };
}
