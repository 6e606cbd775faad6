import { Readable } from 'node:stream';
import { AppError, type BatchSummary, type BatchView, LIMITS, parseJobId } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Batches, BatchRecord } from '../../batches/batches.ts';
import type { Context } from '../../context.ts';
import { RETRY_AFTER_SECONDS } from '../../intake/intake.ts';
import type { RawBody } from '../raw-body.ts';
import { readCursor, readLimit } from '../read-page.ts';
import { sell } from '../sell.ts';

const PATH = '/api/v1/scrape/batch';
const LINES = 'application/x-ndjson';
/** What a stream of lines may hold back before its reader must take some. */
const STREAM_BYTES = 64 * 1024;
const INDEX = /^\d{1,3}$/;

interface Wait {
  waitMs: number;
  signal: AbortSignal;
}

/** `POST /api/v1/scrape/batch` and `GET /api/v1/batches/:id`. The id is what gives access: whoever knows it may read the batch. */
export function batchRoutes(app: FastifyInstance, context: Context): void {
  const { batches, batchCalls, x402, config } = context;

  app.post<{ Body: RawBody | undefined }>(PATH, (request, reply) =>
    sell(context, PATH, { request, reply }, async (call) => {
      const { isAsync, signal } = call;
      const batch = await batchCalls.submit(call);
      const wait = { waitMs: isAsync ? 0 : config.http.waitSeconds * 1000, signal };
      if (!isAsync && acceptsLines(request.headers.accept)) {
        const options = { objectMode: false, highWaterMark: STREAM_BYTES };
        const body = Readable.from(linesOf(batches, batch, wait), options);
        return { status: 200, headers: { 'content-type': LINES }, body, jobId: batch.id };
      }
      await batches.untilEnded(batch, wait);
      const isBrief = isAsync && (await batches.summary(batch)).state !== 'done';
      const view = await batches.view(batch, { from: 0, limit: isBrief ? 0 : LIMITS.batchPages });
      if (view.state === 'done') return { status: 200, body: view, jobId: batch.id };
      const headers = { 'retry-after': `${RETRY_AFTER_SECONDS}`, location: view.status_url };
      const body = { ...view, retry_after_seconds: RETRY_AFTER_SECONDS };
      return { status: 202, headers, body, jobId: batch.id };
    }),
  );

  app.get<{ Params: { id: string }; Querystring: Record<string, string | undefined> }>(
    '/api/v1/batches/:id',
    async (request): Promise<BatchView> => {
      const id = parseJobId(request.params.id);
      const batch = id && (await batches.find(id));
      if (!batch) throw new AppError('JOB_NOT_FOUND', { extra: { job_id: request.params.id } });
      const from = Number(readCursor(request.query, INDEX) ?? 0);
      const view = await batches.view(batch, { from, limit: readLimit(request.query) });
      const sent = view.payment && (await x402?.sentFor(batch.id));
      if (!sent) return view;
      // Nobody shall pay by memo what is on its way over x402.
      const { payment: _, ...rest } = view;
      return { ...rest, payment_pending: sent };
    },
  );
}

/** A line for each page as it ends, and a last one for the whole; without that one the stream was cut off. */
async function* linesOf(batches: Batches, batch: BatchRecord, wait: Wait): AsyncGenerator<Buffer> {
  for await (const page of batches.follow(batch, wait)) yield line({ type: 'page', ...page });
  const summary: BatchSummary = await batches.summary(batch);
  yield line({ type: 'batch', ...summary });
}

function line(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** Only where it is asked for by name: whoever takes anything gets JSON. */
function acceptsLines(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((part) => part.split(';')[0]?.trim().toLowerCase() === LINES);
}
