import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { JobStateSchema } from './job.ts';
import { JobIdSchema } from './job-id.ts';
import { CacheSchema } from './payload.ts';
import { PaymentDetailsSchema } from './quote.ts';
import { ScrapeBodySchema } from './scrape.ts';

const { url, job_id: _, ...common } = ScrapeBodySchema.properties;

/** The body of `POST /api/v1/scrape/batch`: what a scrape takes, with many addresses in place of one. */
export const ScrapeBatchBodySchema = Type.Object(
  {
    urls: Type.Array(url, { minItems: 1, maxItems: LIMITS.batchPages, description: 'One page each.' }),
    job_id: Type.Optional(JobIdSchema),
    ...common,
  },
  { additionalProperties: false },
);
export type ScrapeBatchBody = Static<typeof ScrapeBatchBodySchema>;

/** One page of a batch. Members of a result are there once the page has ended. */
export const BatchPageSchema = Type.Object({
  index: Type.Integer({ description: 'Its place in `urls`, from 0.' }),
  url: Type.String(),
  job_id: Type.String({ description: 'The page’s own job: it has a status and a receipt as any job.' }),
  state: JobStateSchema,
  success: Type.Optional(Type.Boolean()),
  data: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  metadata: Type.Optional(Type.Unknown()),
  cache: Type.Optional(CacheSchema),
  watt_charged: Type.Optional(Type.Number()),
  watt_burned: Type.Optional(Type.Number()),
  refund: Type.Optional(Type.Object({ watt: Type.Number(), to: Type.String(), as: Type.Literal('balance') })),
});
export type BatchPage = Static<typeof BatchPageSchema>;

/** What a batch has come to. Amounts in WATT, sums over the pages that have ended. */
export const BatchSummarySchema = Type.Object({
  success: Type.Boolean({ description: 'No page has failed.' }),
  batch_id: Type.String(),
  state: Type.Union([
    Type.Literal('awaiting_payment'),
    Type.Literal('running'),
    Type.Literal('done'),
    Type.Literal('expired'),
  ]),
  status_url: Type.String(),
  price_watt: Type.Number(),
  price_base: Type.String(),
  paid_by: Type.Union([Type.String(), Type.Null()]),
  pages: Type.Object({
    total: Type.Integer(),
    done: Type.Integer(),
    failed: Type.Integer(),
    running: Type.Integer(),
  }),
  watt_charged: Type.Number(),
  watt_burned: Type.Number(),
  watt_refunded: Type.Number({ description: 'Given back to the payer’s balance for pages that failed.' }),
  payment: Type.Optional(PaymentDetailsSchema),
  payment_pending: Type.Optional(
    Type.String({
      description: 'In place of `payment`: the signature of an x402 payment that is on its way.',
    }),
  ),
});
export type BatchSummary = Static<typeof BatchSummarySchema>;

/** `GET /api/v1/batches/:id`, and what a call that waits is answered. `next` is the `after` of the next part, null at the end. */
export type BatchView = BatchSummary & { results: BatchPage[]; next: string | null };
