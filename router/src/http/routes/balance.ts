import { AppError } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { requireScope } from '../../access/access.ts';
import { amountFields, loadBalance, loadHistory, type Movement } from '../../balance/balance.ts';
import type { Context } from '../../context.ts';
import { pageOf, readCursor, readLimit } from '../read-page.ts';
import { receivedCall } from '../received-call.ts';

const CURSOR = /^\d{1,18}$/;

/** `GET /api/v1/balance?limit=&after=`: what the caller's wallet has with us, and how it came and went, newest first. */
export function balanceRoutes(app: FastifyInstance, { database, authenticate }: Context): void {
  app.get<{ Querystring: Record<string, string | undefined> }>('/api/v1/balance', async (request) => {
    const { wallet } = requireScope(await authenticate(receivedCall(request)), 'read');
    assertOwn(request.query['wallet'], wallet);
    const limit = readLimit(request.query);
    const after = readCursor(request.query, CURSOR);
    const before = after === null ? null : BigInt(after);
    const [balance, movements] = await Promise.all([
      loadBalance(database.sql, wallet),
      loadHistory(database.sql, { wallet, before, limit: limit + 1 }),
    ]);
    const page = pageOf(movements, limit, (movement) => `${movement.id}`);
    return {
      success: true,
      wallet,
      ...amountFields('available', balance.available),
      ...amountFields('held', balance.held),
      ...amountFields('pending', balance.pending),
      ...amountFields('owed', balance.owed),
      ...amountFields('withdrawable', balance.withdrawable),
      ...amountFields('withdrawing', balance.withdrawing),
      ...amountFields('spent', balance.spent),
      history: page.rows.map(movementView),
      next: page.next,
    };
  });
}

/** A wallet is public, what it has with us is not: naming it proves nothing. */
function assertOwn(named: string | undefined, wallet: string): void {
  if (named === undefined || named === wallet) return;
  throw new AppError('AUTHENTICATION_REQUIRED', {
    detail: `The call proves to be of ${wallet}; the balance of another wallet is shown to that wallet only`,
  });
}

function movementView({ id, kind, amount, at, jobId, payoutId, signature }: Movement) {
  return {
    id: `${id}`,
    kind,
    ...amountFields('amount', amount),
    at: new Date(at).toISOString(),
    ...(jobId !== null && { job_id: jobId }),
    ...(payoutId !== null && { payout_id: payoutId }),
    ...(signature !== null && { signature }),
  };
}
