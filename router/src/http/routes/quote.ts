import {
  parseJobId,
  QuantitySchema,
  type Quote,
  type Service,
  ServiceSchema,
  splitPrice,
  wattNumber,
} from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Purchase } from '../../balance/balance.ts';
import type { Context } from '../../context.ts';
import { hitPrice } from '../../copies/copies.ts';
import { createValidator } from '../../intake/intake.ts';
import { paymentDetails } from '../../payments/payments.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';
import { receivedCall } from '../received-call.ts';

/** Only the envelope: the union of both services gives poor messages, and the request is read by its own reader. */
const validate = createValidator<{ service: Service | 'session'; request: unknown; quantity?: number }>(
  Type.Object(
    {
      service: Type.Union([...ServiceSchema.anyOf, Type.Literal('session')]),
      request: Type.Unknown(),
      quantity: QuantitySchema,
    },
    { additionalProperties: false },
  ),
);

/** `POST /api/v1/quote`: the price of a body before paying, with the caller's discount where the caller is known. Nothing is registered. */
export function quoteRoutes(app: FastifyInstance, context: Context): void {
  const { reader, config, payments, pricer, authenticate } = context;
  app.post<{ Body: RawBody | undefined }>('/api/v1/quote', async (request): Promise<Quote> => {
    const { json } = request.body ?? emptyBody();
    const authority = await authenticate(receivedCall(request));
    const wallet = authority?.wallet ?? null;
    const { service, request: body, quantity } = validate(json);
    const { price: list, jobId, request: asked } = reader.read(service, body);
    const isShared = 'url' in asked && asked.options.max_age !== undefined;
    const { price, discountBps } = await pricer.terms(list.total, wallet);
    const isMemoGood = service !== 'session' && (authority !== null || !payments.isSignedOnly);
    return {
      success: true,
      service,
      watt: wattNumber(price),
      price_base: `${price}`,
      list_price: wattNumber(list.total),
      discount_bps: discountBps,
      breakdown: list.lines.map((line) => ({ item: line.item, watt: wattNumber(line.price) })),
      watt_burned: wattNumber(splitPrice(price, config.shares).burn),
      ...(isShared && { cache_hit_watt: wattNumber(hitPrice(price, config.cacheHitBps)) }),
      ...(quantity !== undefined && {
        purchase: purchaseView(await pricer.purchase(list.total, wallet, quantity), quantity),
      }),
      // No commitment: it covers the exact bytes of the call, which are not these.
      payment: paymentDetails(payments.payTo, {
        price,
        memo: jobId !== undefined && isMemoGood ? parseJobId(jobId) : null,
      }),
    };
  });
}

function purchaseView(purchase: Purchase, quantity: number): NonNullable<Quote['purchase']> {
  return {
    quantity,
    watt: wattNumber(purchase.total),
    price_base: `${purchase.total}`,
    list_price: wattNumber(purchase.listTotal),
    reached_discount_bps: purchase.last.discountBps,
    steps: purchase.steps.map((step) => ({
      from_job: step.fromJob,
      discount_bps: step.discountBps,
      watt: wattNumber(step.price),
    })),
  };
}
