import { type Static, Type } from 'typebox';
import { PaymentDetailsSchema } from './quote.ts';

export const SERVICES = ['scrape', 'execute'] as const;
export type Service = (typeof SERVICES)[number];
export const ServiceSchema = Type.Union([Type.Literal('scrape'), Type.Literal('execute')]);

export const JobStateSchema = Type.Union([
  Type.Literal('awaiting_payment'),
  Type.Literal('queued'),
  Type.Literal('running'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('expired'),
]);
export type JobState = Static<typeof JobStateSchema>;

/** `GET /api/v1/jobs/:id`. `result` is the body that the call itself answers, once there is one. */
export const JobViewSchema = Type.Object({
  success: Type.Literal(true),
  job_id: Type.String(),
  service: ServiceSchema,
  state: JobStateSchema,
  price_watt: Type.Number(),
  price_base: Type.String(),
  list_price: Type.Optional(Type.Number({ description: 'Without the discount of the caller’s volume.' })),
  discount_bps: Type.Optional(Type.Integer()),
  price: Type.Optional(Type.Number()),
  paid_by: Type.Union([Type.String(), Type.Null()], { description: 'The wallet that paid.' }),
  payment_signatures: Type.Array(Type.String()),
  node: Type.Union([Type.String(), Type.Null()], {
    description: 'The node of the latest attempt, or of the copy that served it.',
  }),
  attempts: Type.Integer(),
  created_at: Type.String(),
  queued_at: Type.Union([Type.String(), Type.Null()]),
  finished_at: Type.Union([Type.String(), Type.Null()]),
  expires_at: Type.Union([Type.String(), Type.Null()]),
  request_sha256: Type.String(),
  result_sha256: Type.Union([Type.String(), Type.Null()]),
  settlement: Type.Union([Type.Literal('captured'), Type.Literal('voided'), Type.Null()]),
  refund: Type.Optional(Type.Object({ watt: Type.Number(), to: Type.String(), as: Type.Literal('balance') })),
  payment: Type.Optional(PaymentDetailsSchema),
  payment_pending: Type.Optional(
    Type.String({ description: 'The transaction that the router has sent for the payer: do not pay again.' }),
  ),
  result: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type JobView = Static<typeof JobViewSchema>;
