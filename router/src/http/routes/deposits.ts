import { depositWallet } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { depositDetails, readAmount } from '../../balance/balance.ts';
import type { Context } from '../../context.ts';
import { createValidator, fieldError } from '../../intake/intake.ts';
import type { RawBody } from '../raw-body.ts';

const validate = createValidator<{ amount?: string | number; wallet?: string }>(
  Type.Object(
    {
      amount: Type.Optional(Type.Union([Type.Number(), Type.String({ maxLength: 30 })])),
      wallet: Type.Optional(Type.String({ maxLength: 44 })),
    },
    { additionalProperties: false },
  ),
);

/** `POST /api/v1/deposits`: how to add to a balance. Nothing is registered: the transfer itself is the deposit. */
export function depositRoutes(app: FastifyInstance, { payments }: Context): void {
  app.post<{ Body: RawBody | undefined }>('/api/v1/deposits', async (request) => {
    const body = validate(request.body?.json ?? {});
    const wallet = body.wallet === undefined ? undefined : depositWallet(`deposit:${body.wallet}`);
    if (wallet === null || wallet === payments.payTo.computeWallet) {
      const fix = 'Give the public key of a wallet that can sign: a token account cannot.';
      throw fieldError({ field: 'wallet', message: 'is no wallet to be credited', fix });
    }
    const amount = body.amount === undefined ? undefined : readAmount(body.amount);
    if (amount === null) {
      throw fieldError({
        field: 'amount',
        message: 'is not an amount above zero',
        fix: 'Give WATT as a number or a decimal string with at most 6 decimals, or leave it out.',
      });
    }
    return { success: true, deposit: depositDetails(payments.payTo, { amount, wallet }) };
  });
}
