import { parseJobId, type Quote, type Service, ServiceSchema, splitPrice, wattNumber } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Context } from '../../context.ts';
import { createValidator } from '../../intake/intake.ts';
import { paymentDetails } from '../../payments/payments.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';

/** Only the envelope: the union of both services gives poor messages, and the request is read by its own reader. */
const validate = createValidator<{ service: Service; request: unknown }>(
  Type.Object({ service: ServiceSchema, request: Type.Unknown() }, { additionalProperties: false }),
);

/** `POST /api/v1/quote`: the price of a body before paying. Nothing is registered. */
export function quoteRoutes(app: FastifyInstance, { reader, config, payments }: Context): void {
  app.post<{ Body: RawBody | undefined }>('/api/v1/quote', async (request): Promise<Quote> => {
    const { json } = request.body ?? emptyBody();
    const { service, request: body } = validate(json);
    const { price, jobId } = reader.read(service, body);
    const id = jobId === undefined ? null : parseJobId(jobId);
    return {
      success: true,
      service,
      watt: wattNumber(price.total),
      price_base: `${price.total}`,
      breakdown: price.lines.map((line) => ({ item: line.item, watt: wattNumber(line.price) })),
      watt_burned: wattNumber(splitPrice(price.total, config.shares).burn),
      // No commitment: it covers the exact bytes of the call, which are not these.
      payment: paymentDetails(payments.payTo, { price: price.total, jobId: id }),
    };
  });
}
