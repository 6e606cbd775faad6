import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../context.ts';
import type { Answer } from '../../intake/intake.ts';
import { prefersAsync } from '../call-headers.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';
import { sell } from '../sell.ts';

type Params = { Params: { id: string } };
type WithBody = { Body: RawBody | undefined };

const PATH = '/api/v1/sessions';

/** `/api/v1/sessions`: interpreters by the minute. The id is what gives access: whoever knows it may call, look and close. */
export function sessionRoutes(app: FastifyInstance, context: Context): void {
  const { sessions, closing } = context;
  /** A caller that hangs up stops waiting; what it began goes on and can be asked for again. */
  const waitOf = (request: FastifyRequest, reply: FastifyReply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing]);
    return { isAsync: prefersAsync(request.headers['prefer']), signal };
  };

  app.post<WithBody>(PATH, (request, reply) =>
    sell(context, PATH, { request, reply }, (call) => sessions.open(call)),
  );

  app.post<Params & WithBody>(`${PATH}/:id/calls`, async (request, reply) => {
    const { json } = request.body ?? emptyBody();
    return send(reply, await sessions.call(request.params.id, json, waitOf(request, reply)));
  });

  app.get<Params>(`${PATH}/:id`, async (request) => sessions.view(request.params.id));

  app.delete<Params>(`${PATH}/:id`, async (request, reply) =>
    send(reply, await sessions.close(request.params.id, waitOf(request, reply))),
  );
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply
    .code(answer.status)
    .headers({ ...answer.headers })
    .send(answer.body);
}
