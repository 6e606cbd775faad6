import { type Static, Type } from 'typebox';
import { ExecuteBodySchema } from './execute.ts';
import { ScrapeBodySchema } from './scrape.ts';
import { SessionBodySchema } from './session.ts';

/** How many of these jobs, one after the other, the quote is for. */
export const QuantitySchema = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 }));

/** The body of `POST /api/v1/quote`: the service and the body that would be sent to it. */
export const QuoteBodySchema = Type.Union([
  Type.Object(
    { service: Type.Literal('scrape'), request: ScrapeBodySchema, quantity: QuantitySchema },
    { additionalProperties: false },
  ),
  Type.Object(
    { service: Type.Literal('execute'), request: ExecuteBodySchema, quantity: QuantitySchema },
    { additionalProperties: false },
  ),
  Type.Object(
    { service: Type.Literal('session'), request: SessionBodySchema, quantity: QuantitySchema },
    { additionalProperties: false },
  ),
]);
export type QuoteBody = Static<typeof QuoteBodySchema>;

/** How to pay one job on chain. Amounts are WATT: a JSON number and the same as base units in a decimal string. */
export const PaymentDetailsSchema = Type.Object({
  amount: Type.Number(),
  amount_base: Type.String(),
  pay_to: Type.String({ description: 'The compute wallet.' }),
  token_account: Type.String({
    description: 'The wallet’s associated token account, where the tokens must arrive.',
  }),
  mint: Type.String(),
  token_program: Type.String(),
  decimals: Type.Integer(),
  memo: Type.Union([Type.String(), Type.Null()], {
    description: 'The exact memo. Null in a quote without job_id.',
  }),
  commitment_memo: Type.Optional(
    Type.String({ description: 'A memo that hides the job id and binds the body; pays as well.' }),
  ),
  network: Type.String({ description: 'The genesis hash of the chain.' }),
  received_base: Type.Optional(Type.String({ description: 'What already arrived for this job.' })),
  missing_base: Type.Optional(Type.String({ description: 'What is still to be paid.' })),
  expires_at: Type.Optional(Type.String({ format: 'date-time' })),
});
export type PaymentDetails = Static<typeof PaymentDetailsSchema>;

export const QuoteSchema = Type.Object({
  success: Type.Literal(true),
  service: Type.String(),
  watt: Type.Number(),
  price_base: Type.String(),
  list_price: Type.Number({ description: 'What it costs without the discount of the caller’s volume.' }),
  discount_bps: Type.Integer({ description: 'In basis points; 0 for callers that are not known.' }),
  breakdown: Type.Array(Type.Object({ item: Type.String(), watt: Type.Number() })),
  watt_burned: Type.Number(),
  cache_hit_watt: Type.Optional(
    Type.Number({ description: 'With `max_age`: what is charged if a copy serves it.' }),
  ),
  purchase: Type.Optional(
    Type.Object(
      {
        quantity: Type.Integer(),
        watt: Type.Number(),
        price_base: Type.String(),
        list_price: Type.Number(),
        reached_discount_bps: Type.Integer(),
        steps: Type.Array(
          Type.Object({
            from_job: Type.Integer(),
            discount_bps: Type.Integer(),
            watt: Type.Number({ description: 'What each job from here on costs.' }),
          }),
        ),
      },
      { description: 'With `quantity`: so many of these jobs, bought one after the other.' },
    ),
  ),
  payment: PaymentDetailsSchema,
});
export type Quote = Static<typeof QuoteSchema>;
