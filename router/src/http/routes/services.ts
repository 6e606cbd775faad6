import { SERVICES } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { requireScope } from '../../access/access.ts';
import type { Context } from '../../context.ts';
import { readIdempotencyKey, readMaxCost } from '../../intake/intake.ts';
import { headerText, prefersAsync } from '../call-headers.ts';
import { emptyBody } from '../empty-body.ts';
import { openPaidCall } from '../open-paid-call.ts';
import type { RawBody } from '../raw-body.ts';
import { receivedCall } from '../received-call.ts';

/** `POST /api/v1/scrape` and `/execute`: the services. Answers 200, 202, 402 and the codes of docs/ERRORS.md. */
export function serviceRoutes(app: FastifyInstance, { intake, authenticate, closing, x402 }: Context): void {
  for (const service of SERVICES) {
    const path = `/api/v1/${service}`;
    app.post<{ Body: RawBody | undefined }>(path, async (request, reply) => {
      const { raw, json } = request.body ?? emptyBody();
      const authority = await authenticate(receivedCall(request));
      const gone = new AbortController();
      // A caller that hangs up stops waiting; its job goes on and can be asked for again.
      reply.raw.once('close', () => gone.abort());
      const paid = openPaidCall(x402, { service, path, raw, headers: request.headers });
      try {
        const answer = await intake.submit({
          service,
          raw,
          body: json,
          address: request.ip,
          authority: authority && requireScope(authority, 'spend'),
          idempotencyKey: readIdempotencyKey(request.headers['idempotency-key']),
          maxCost: readMaxCost('x-max-cost', headerText(request.headers['x-max-cost'])),
          isAsync: prefersAsync(request.headers['prefer']),
          signal: AbortSignal.any([gone.signal, closing]),
          settlement: paid?.settlement,
        });
        const receipt = await paid?.receipt(answer.body['job_id']);
        return reply
          .code(answer.status)
          .headers({ ...answer.headers, ...receipt })
          .send(answer.body);
      } catch (error) {
        throw paid ? await paid.explain(error) : error;
      }
    });
  }
}
