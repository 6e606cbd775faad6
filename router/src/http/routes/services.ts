import { SERVICES } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import type { RawBody } from '../raw-body.ts';
import { sell } from '../sell.ts';

/** `POST /api/v1/scrape` and `/execute`: the services. Answers 200, 202, 402 and the codes of docs/ERRORS.md. */
export function serviceRoutes(app: FastifyInstance, context: Context): void {
  for (const service of SERVICES) {
    const path = `/api/v1/${service}` as const;
    app.post<{ Body: RawBody | undefined }>(path, (request, reply) =>
      sell(context, path, { request, reply }, (call) => context.intake.submit({ ...call, service })),
    );
  }
}
