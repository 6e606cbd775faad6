import { type Repeated, repeat } from '../repeat.ts';
import { collectDue, type SettlementParts } from './collect.ts';
import { type Followed, followAttempts, sendStored } from './follow-attempts.ts';
import { recheckHeld } from './held-payouts.ts';
import { noteQueueWait, packBatches } from './pack-batches.ts';
import { signNextAttempt } from './sign-attempt.ts';
import type { WorkerLease } from './worker-lease.ts';

export interface WorkerOptions extends SettlementParts {
  lease: WorkerLease;
  /** Between two looks at what is under way. */
  resendMs: number;
  /** Between two rounds of setting aside what is due. */
  collectMs: number;
}

/**
 * Pays out, as the one worker of its database. It remembers nothing between two rounds: the tables say what comes next, so another process goes
 * on where one was killed.
 */
export function createPayoutWorker(options: WorkerOptions): Repeated {
  const { lease, logger, clock, resendMs, collectMs } = options;
  let collectedAt = Number.NEGATIVE_INFINITY;
  let seenQueue: string | null = null;

  const round = async (): Promise<void> => {
    if (!(await lease.isHeld())) return;
    const isTimeToCollect = clock() - collectedAt >= collectMs;
    // What waits in the queue is looked at again with each collection, and at once when something joins it.
    const queue = await newestQueued(options);
    await runRound(options, { isTimeToCollect, isQueueNew: queue !== seenQueue });
    seenQueue = queue;
    if (isTimeToCollect) collectedAt = clock();
  };
  const rounds = repeat(round, {
    everyMs: resendMs,
    onFault: (error) => logger.warn({ err: error }, 'paying out failed; trying again'),
  });

  return {
    start: rounds.start,
    async stop() {
      await rounds.stop();
      await lease.close();
    },
  };
}

/** One round: what is under way first, then new batches, then a transaction for each batch that has none. */
export async function runRound(
  parts: SettlementParts,
  { isTimeToCollect, isQueueNew }: { isTimeToCollect: boolean; isQueueNew: boolean },
): Promise<void> {
  for (const followed of await followAttempts(parts)) report(parts, followed);
  if (isTimeToCollect) {
    await recheckHeld(parts);
    await collectDue(parts);
  }
  if (isTimeToCollect || isQueueNew) await packBatches(parts);
  await signOpenBatches(parts);
}

async function newestQueued({ sql }: SettlementParts): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    select id from payouts where state = 'queued' order by created_at desc, id desc limit 1`;
  return row?.id ?? null;
}

async function signOpenBatches(parts: SettlementParts): Promise<void> {
  const { sql, logger } = parts;
  const open = await sql<{ id: string }[]>`
    select b.id from payout_batches b where b.state = 'open'
      and not exists (select 1 from payout_attempts a where a.batch_id = b.id and a.state <> 'expired')
    order by b.created_at`;
  for (const { id: batch } of open) {
    const signing = await signNextAttempt(parts, batch);
    if ('wait' in signing) {
      await noteQueueWait(parts, signing.wait);
      return;
    }
    if ('split' in signing) {
      logger.warn({ batch, ...signing.split }, 'a payout transaction would fail; its batch was split');
      continue;
    }
    logger.info({ batch, signature: signing.signed.signature }, 'a payout was signed');
    await sendStored(parts, signing.signed);
    await noteQueueWait(parts, null);
  }
}

function report({ logger }: SettlementParts, followed: Followed): void {
  if (followed.outcome === 'sent') return;
  const { outcome, ...facts } = followed;
  if (outcome === 'failed')
    logger.error(facts, 'a payout transaction landed and failed; its batch was split');
  else logger.info(facts, `a payout is ${outcome}`);
}
