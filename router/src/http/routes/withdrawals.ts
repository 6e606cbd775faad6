import { AppError, parseJobId } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { requireScope } from '../../access/access.ts';
import {
  amountFields,
  findWithdrawal,
  listWithdrawals,
  readAmount,
  type Withdrawal,
  withdraw,
} from '../../balance/balance.ts';
import type { Context } from '../../context.ts';
import { countedAs, createValidator, fieldError, readIdempotencyKey } from '../../intake/intake.ts';
import { returnPayout } from '../../settlement/settlement.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';
import { pageOf, readCursor, readLimit, UUID_CURSOR } from '../read-page.ts';
import { receivedCall } from '../received-call.ts';

const validate = createValidator<{ amount: string | number; wallet?: string }>(
  Type.Object(
    {
      amount: Type.Union([Type.Number(), Type.String({ maxLength: 30 })]),
      wallet: Type.Optional(Type.String({ maxLength: 44 })),
    },
    { additionalProperties: false },
  ),
);
const RETRY_AFTER_SECONDS = 5;

/** `POST`, `GET /api/v1/withdrawals` and `GET`, `DELETE /api/v1/withdrawals/:id`: a balance on its way back to its wallet. */
export function withdrawalRoutes(app: FastifyInstance, context: Context): void {
  const { database, accounts, authenticate, config, rateLimits } = context;
  const { sql } = database;
  const find = async (text: string, wallet: string): Promise<Withdrawal> => {
    const id = parseJobId(text);
    const withdrawal = id && (await findWithdrawal(sql, { id, wallet }));
    if (!withdrawal) throw new AppError('WITHDRAWAL_NOT_FOUND', { extra: { withdrawal_id: text } });
    return withdrawal;
  };

  app.post<{ Body: RawBody | undefined }>('/api/v1/withdrawals', async (request, reply) => {
    const { json } = request.body ?? emptyBody();
    const authority = requireScope(await authenticate(receivedCall(request)), 'withdraw');
    const { wallet, keyId } = authority;
    const body = validate(json);
    if (body.wallet !== undefined && body.wallet !== wallet) {
      throw fieldError({
        field: 'wallet',
        message: 'is not the wallet of this balance',
        fix: `Leave it out, or give ${wallet}: a balance goes back to its own wallet only.`,
      });
    }
    const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key']);
    if (idempotencyKey === null) throw new AppError('IDEMPOTENCY_KEY_MISSING');
    // One that is taken back costs its wallet nothing, and leaves its rows behind.
    await rateLimits.countOther('withdrawals', countedAs({ authority, address: request.ip }));
    const { payoutId: id } = await withdraw(sql, accounts, {
      wallet,
      keyId,
      asked: readAsked(body.amount),
      idempotencyKey,
      minimum: config.withdrawalMinimum,
    });
    const withdrawal = await findWithdrawal(sql, { id, wallet });
    if (!withdrawal) throw new Error(`The withdrawal ${id} was made and is not there`);
    return reply
      .code(202)
      .headers({ 'retry-after': `${RETRY_AFTER_SECONDS}`, location: statusUrl(id) })
      .send({ success: true, ...withdrawalView(withdrawal) });
  });

  app.get<{ Querystring: Record<string, string | undefined> }>('/api/v1/withdrawals', async (request) => {
    const { wallet } = requireScope(await authenticate(receivedCall(request)), 'read');
    const limit = readLimit(request.query);
    const after = readCursor(request.query, UUID_CURSOR);
    const rows = await listWithdrawals(sql, { wallet, after, limit: limit + 1 });
    const page = pageOf(rows, limit, (row) => row.id);
    return { success: true, withdrawals: page.rows.map(withdrawalView), next: page.next };
  });

  app.get<{ Params: { id: string } }>('/api/v1/withdrawals/:id', async (request) => {
    const { wallet } = requireScope(await authenticate(receivedCall(request)), 'read');
    return { success: true, ...withdrawalView(await find(request.params.id, wallet)) };
  });

  app.delete<{ Params: { id: string } }>('/api/v1/withdrawals/:id', async (request) => {
    const { wallet } = requireScope(await authenticate(receivedCall(request)), 'withdraw');
    const { id } = await find(request.params.id, wallet);
    await returnPayout(sql, accounts, id);
    const withdrawal = await find(id, wallet);
    if (withdrawal.state !== 'returned') {
      throw new AppError('WITHDRAWAL_UNDER_WAY', { extra: withdrawalView(withdrawal) });
    }
    return { success: true, ...withdrawalView(withdrawal) };
  });
}

function readAsked(amount: string | number): bigint | 'all' {
  const asked = amount === 'all' ? 'all' : readAmount(amount);
  if (asked !== null) return asked;
  throw fieldError({
    field: 'amount',
    message: 'is not an amount above zero',
    fix: 'Give WATT as a number or a decimal string with at most 6 decimals, or "all".',
  });
}

function statusUrl(id: string): string {
  return `/api/v1/withdrawals/${id}`;
}

function withdrawalView({ id, amount, state, reason, signature, createdAt, finishedAt }: Withdrawal) {
  return {
    withdrawal_id: id,
    ...amountFields('amount', amount),
    state,
    reason,
    signature,
    created_at: new Date(createdAt).toISOString(),
    finished_at: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    status_url: statusUrl(id),
  };
}
