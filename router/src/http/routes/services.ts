import { SERVICES } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';

/** `POST /api/v1/scrape` and `/execute`: the services. Answers 200, 202, 402 and the codes of docs/ERRORS.md. */
export function serviceRoutes(app: FastifyInstance, { intake, closing }: Context): void {
  for (const service of SERVICES) {
    app.post<{ Body: RawBody | undefined }>(`/api/v1/${service}`, async (request, reply) => {
      const { raw, json } = request.body ?? emptyBody();
      const gone = new AbortController();
      // A caller that hangs up stops waiting; its job goes on and can be asked for again.
      reply.raw.once('close', () => gone.abort());
      const answer = await intake.submit({
        service,
        raw,
        body: json,
        agent: request.ip,
        isAsync: prefersAsync(request.headers['prefer']),
        signal: AbortSignal.any([gone.signal, closing]),
      });
      return reply
        .code(answer.status)
        .headers(answer.headers ?? {})
        .send(answer.body);
    });
  }
}

/** `Prefer: respond-async`, RFC 7240: a list of preferences, in any case, perhaps with parameters. */
function prefersAsync(header: string | string[] | undefined): boolean {
  return [header ?? []]
    .flat()
    .some((value) => value.split(',').some((part) => /^\s*respond-async\s*(?:;|$)/i.test(part)));
}
