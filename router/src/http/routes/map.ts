import type { FastifyInstance } from 'fastify';
import { requireScope } from '../../access/access.ts';
import type { Context } from '../../context.ts';
import { readIdempotencyKey, readMaxCost } from '../../intake/intake.ts';
import { headerText, prefersAsync, refuseX402 } from '../call-headers.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';
import { receivedCall } from '../received-call.ts';

/** `POST /api/v1/map`: the addresses of a site, as a scrape job for a node that can find them. */
export function mapRoutes(app: FastifyInstance, { intake, authenticate, closing }: Context): void {
  app.post<{ Body: RawBody | undefined }>('/api/v1/map', async (request, reply) => {
    const { raw, json } = request.body ?? emptyBody();
    const { headers } = request;
    refuseX402(headers);
    const authority = await authenticate(receivedCall(request));
    const gone = new AbortController();
    // A caller that hangs up stops waiting; its job goes on and can be asked for again.
    reply.raw.once('close', () => gone.abort());
    const answer = await intake.submit({
      service: 'map',
      raw,
      body: json,
      address: request.ip,
      authority: authority && requireScope(authority, 'spend'),
      idempotencyKey: readIdempotencyKey(headers['idempotency-key']),
      maxCost: readMaxCost('x-max-cost', headerText(headers['x-max-cost'])),
      isAsync: prefersAsync(headers['prefer']),
      signal: AbortSignal.any([gone.signal, closing]),
    });
    return reply
      .code(answer.status)
      .headers({ ...answer.headers })
      .send(answer.body);
  });
}
