import { Readable } from 'node:stream';
import { AppError, type BatchSummary, type BatchView, LIMITS, parseJobId } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { requireScope } from '../../access/access.ts';
import type { Batches, BatchRecord } from '../../batches/batches.ts';
import type { Context } from '../../context.ts';
import { RETRY_AFTER_SECONDS, readIdempotencyKey, readMaxCost } from '../../intake/intake.ts';
import { headerText, prefersAsync, refuseX402 } from '../call-headers.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';
import { readCursor, readLimit } from '../read-page.ts';
import { receivedCall } from '../received-call.ts';

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
  const { batches, batchCalls, authenticate, closing, config } = context;

  app.post<{ Body: RawBody | undefined }>('/api/v1/scrape/batch', async (request, reply) => {
    const { raw, json } = request.body ?? emptyBody();
    refuseX402(request.headers);
    const authority = await authenticate(receivedCall(request));
    const gone = new AbortController();
    // A caller that hangs up stops waiting; its pages go on and can be asked for again.
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing]);
    const isAsync = prefersAsync(request.headers['prefer']);
    const batch = await batchCalls.submit({
      raw,
      body: json,
      address: request.ip,
      authority: authority && requireScope(authority, 'spend'),
      idempotencyKey: readIdempotencyKey(request.headers['idempotency-key']),
      maxCost: readMaxCost('x-max-cost', headerText(request.headers['x-max-cost'])),
      isAsync,
      signal,
    });
    const wait = { waitMs: isAsync ? 0 : config.http.waitSeconds * 1000, signal };
    if (!isAsync && acceptsLines(request.headers.accept)) {
      const options = { objectMode: false, highWaterMark: STREAM_BYTES };
      return reply.type(LINES).send(Readable.from(linesOf(batches, batch, wait), options));
    }
    await batches.untilEnded(batch, wait);
    const isBrief = isAsync && (await batches.summary(batch)).state !== 'done';
    const view = await batches.view(batch, { from: 0, limit: isBrief ? 0 : LIMITS.batchPages });
    if (view.state === 'done') return view;
    const headers = { 'retry-after': `${RETRY_AFTER_SECONDS}`, location: view.status_url };
    return reply
      .code(202)
      .headers(headers)
      .send({ ...view, retry_after_seconds: RETRY_AFTER_SECONDS });
  });

  app.get<{ Params: { id: string }; Querystring: Record<string, string | undefined> }>(
    '/api/v1/batches/:id',
    async (request): Promise<BatchView> => {
      const id = parseJobId(request.params.id);
      const batch = id && (await batches.find(id));
      if (!batch) throw new AppError('JOB_NOT_FOUND', { extra: { job_id: request.params.id } });
      const from = Number(readCursor(request.query, INDEX) ?? 0);
      return batches.view(batch, { from, limit: readLimit(request.query) });
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
