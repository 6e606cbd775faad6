import type { Logger } from 'pino';
import type { SqlClient } from '../db/connect.ts';
import { type Repeated, repeat } from '../repeat.ts';
import type { ChainStatus, Facilitator } from './facilitator.ts';
import { endSettlement, type OpenSettlement, openSettlements, settleFinalized } from './settlement-store.ts';

export interface ResenderOptions {
  sql: SqlClient;
  facilitator: Facilitator;
  everyMs: number;
  logger: Logger;
  /** Pays the job from what is on record. */
  fund(jobId: string): Promise<unknown>;
  /** The settlement of this job has ended without effect. */
  onEnded(jobId: string): void;
}

const BATCH = 500;
const PARALLEL = 16;
// A payment must look dead this many passes in a row: one replica that lags must not end it.
const EXPIRY_PASSES = 2;

/**
 * Sees every stored payment to its end, whoever stored it: sends the same bytes again while the chain does not know them, and gives one up
 * only when the finalized height has passed its last valid one and its signature is still unknown.
 */
export function createResender(options: ResenderOptions): Repeated {
  const { sql, facilitator, logger, onEnded } = options;
  const overdue = new Map<string, number>();

  const pass = async (): Promise<void> => {
    const open = await openSettlements(sql, BATCH);
    const credited = open.filter(({ isCredited }) => isCredited);
    // A router that was killed may have left them unpaid; after this nobody looks at them again.
    await Promise.all(credited.map(({ jobId }) => options.fund(jobId)));
    if (credited.length > 0) {
      await settleFinalized(
        sql,
        credited.map(({ signature }) => signature),
      );
    }
    for (const signature of overdue.keys()) {
      if (!open.some((settlement) => settlement.signature === signature)) overdue.delete(signature);
    }
    if (open.length === 0) return;
    // The height first: what is unknown after a final height has passed its end can never be known.
    const height = await facilitator.finalizedHeight();
    const statuses = await facilitator.statuses(open.map(({ signature }) => signature));
    for (let start = 0; start < open.length; start += PARALLEL) {
      const part = open.slice(start, start + PARALLEL);
      await Promise.all(
        part.map((settlement) => attend(settlement, statuses.get(settlement.signature), height)),
      );
    }
  };

  const attend = async (
    settlement: OpenSettlement,
    status: ChainStatus | undefined,
    height: bigint,
  ): Promise<void> => {
    const { signature, jobId } = settlement;
    if (status?.error) {
      // Before finality another fork may still have it succeed.
      if (status.isFinalized) await end(settlement, 'failed', status.error);
      return;
    }
    if (status) return void overdue.delete(signature);
    // Also what was confirmed and has disappeared again: it is not final, and the same bytes can land on the fork that won.
    if (height <= settlement.lastValidHeight) return resend(settlement);
    if (settlement.isCredited) return;
    const passes = (overdue.get(signature) ?? 0) + 1;
    overdue.set(signature, passes);
    if (passes < EXPIRY_PASSES) return;
    logger.warn({ signature, jobId }, 'an x402 payment never landed');
    await end(settlement, 'expired', `unknown at finalized height ${height}`);
  };

  const resend = async ({ signature, raw }: OpenSettlement): Promise<void> => {
    await facilitator
      .send(raw)
      .catch((error: unknown) =>
        logger.debug({ err: error, signature }, 'a payment could not be sent again'),
      );
  };

  const end = async (
    { signature, jobId }: OpenSettlement,
    state: 'failed' | 'expired',
    error: string,
  ): Promise<void> => {
    await endSettlement(sql, { signature, state, error });
    onEnded(jobId);
  };

  return repeat(pass, {
    everyMs: options.everyMs,
    onFault: (error) => logger.warn({ err: error }, 'x402 payments could not be followed; trying again'),
  });
}
