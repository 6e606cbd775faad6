import { AppError, SERVICES } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { requireScope } from '../../access/access.ts';
import type { Context } from '../../context.ts';
import { readIdempotencyKey, readMaxCost } from '../../intake/intake.ts';
import type { PaidCall, PaidCallRequest, X402 } from '../../x402/x402.ts';
import { headerText, prefersAsync } from '../call-headers.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';
import { receivedCall } from '../received-call.ts';

/** `POST /api/v1/scrape` and `/execute`: the services. Answers 200, 202, 402 and the codes of docs/ERRORS.md. */
export function serviceRoutes(app: FastifyInstance, { intake, authenticate, closing, x402 }: Context): void {
  for (const service of SERVICES) {
    app.post<{ Body: RawBody | undefined }>(`/api/v1/${service}`, async (request, reply) => {
      const { raw, json } = request.body ?? emptyBody();
      const authority = await authenticate(receivedCall(request));
      const gone = new AbortController();
      // A caller that hangs up stops waiting; its job goes on and can be asked for again.
      reply.raw.once('close', () => gone.abort());
      const paid = openPaidCall(x402, { service, raw, headers: request.headers });
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

/** A payment that nobody here can settle is refused, so that its payer does not wait for what will not come. */
function openPaidCall(x402: X402 | null, request: PaidCallRequest): PaidCall | null {
  if (x402) return x402.open(request);
  if (request.headers['payment-signature'] === undefined) return null;
  throw new AppError('X402_UNAVAILABLE', { detail: 'x402 is not offered here; pay by memo' });
}
