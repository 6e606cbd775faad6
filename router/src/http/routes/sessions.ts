import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireScope } from '../../access/access.ts';
import type { Context } from '../../context.ts';
import { type Answer, readIdempotencyKey, readMaxCost } from '../../intake/intake.ts';
import { headerText, prefersAsync } from '../call-headers.ts';
import { emptyBody } from '../empty-body.ts';
import { openPaidCall } from '../open-paid-call.ts';
import type { RawBody } from '../raw-body.ts';
import { receivedCall } from '../received-call.ts';

type Params = { Params: { id: string } };
type WithBody = { Body: RawBody | undefined };

const PATH = '/api/v1/sessions';

/** `/api/v1/sessions`: interpreters by the minute. The id is what gives access: whoever knows it may call, look and close. */
export function sessionRoutes(app: FastifyInstance, context: Context): void {
  const { sessions, authenticate, x402, closing } = context;
  /** A caller that hangs up stops waiting; what it began goes on and can be asked for again. */
  const waitOf = (request: FastifyRequest, reply: FastifyReply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing]);
    return { isAsync: prefersAsync(request.headers['prefer']), signal };
  };

  app.post<WithBody>(PATH, async (request, reply) => {
    const { raw, json } = request.body ?? emptyBody();
    const { headers } = request;
    const authority = await authenticate(receivedCall(request));
    const paid = openPaidCall(x402, { service: 'execute', path: PATH, raw, headers });
    try {
      const answer = await sessions.open({
        raw,
        body: json,
        address: request.ip,
        authority: authority && requireScope(authority, 'spend'),
        idempotencyKey: readIdempotencyKey(headers['idempotency-key']),
        maxCost: readMaxCost('x-max-cost', headerText(headers['x-max-cost'])),
        ...waitOf(request, reply),
        settlement: paid?.settlement,
      });
      return send(reply, answer, await paid?.receipt(answer.body['job_id']));
    } catch (error) {
      throw paid ? await paid.explain(error) : error;
    }
  });

  app.post<Params & WithBody>(`${PATH}/:id/calls`, async (request, reply) => {
    const { json } = request.body ?? emptyBody();
    return send(reply, await sessions.call(request.params.id, json, waitOf(request, reply)));
  });

  app.get<Params>(`${PATH}/:id`, async (request) => sessions.view(request.params.id));

  app.delete<Params>(`${PATH}/:id`, async (request, reply) =>
    send(reply, await sessions.close(request.params.id, waitOf(request, reply))),
  );
}

function send(reply: FastifyReply, answer: Answer, more: Record<string, string> = {}): FastifyReply {
  return reply
    .code(answer.status)
    .headers({ ...answer.headers, ...more })
    .send(answer.body);
}
