import {
  commitmentMemo,
  parseJobId,
  type Quote,
  type QuoteBody,
  QuoteBodySchema,
  sha256Hex,
  splitPrice,
  wattNumber,
} from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { createValidator, fieldError } from '../../intake/intake.ts';
import { paymentDetails } from '../../payments/payments.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';

const validate = createValidator<QuoteBody>(QuoteBodySchema);

/** `POST /api/v1/quote`: the price of a body before paying. Nothing is registered. */
export function quoteRoutes(app: FastifyInstance, { reader, config, payments }: Context): void {
  app.post<{ Body: RawBody | undefined }>('/api/v1/quote', async (request): Promise<Quote> => {
    const { json } = request.body ?? emptyBody();
    const { service, request: body } = readQuote(json);
    const { price, jobId } = reader.read(service, body);
    const id = jobId === undefined ? null : parseJobId(jobId);
    return {
      success: true,
      service,
      watt: wattNumber(price.total),
      price_base: `${price.total}`,
      breakdown: price.lines.map((line) => ({ item: line.item, watt: wattNumber(line.price) })),
      watt_burned: wattNumber(splitPrice(price.total, config.shares).burn),
      payment: paymentDetails(payments.payTo, {
        price: price.total,
        jobId: id,
        ...(id && { commitment: commitmentMemo(id, sha256Hex(JSON.stringify(body))) }),
      }),
    };
  });
}

/** The union of both services gives poor messages, so the service is looked at first and the body by its own reader. */
function readQuote(json: unknown): { service: QuoteBody['service']; request: unknown } {
  const { service, request } = (json ?? {}) as { service?: unknown; request?: unknown };
  if (service === 'scrape' || service === 'execute') return { service, request };
  if (service === undefined) return validate(json);
  throw fieldError({
    field: 'service',
    message: 'is not a known service',
    fix: 'Give "scrape" or "execute".',
  });
}
