import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import type { RawBody } from '../raw-body.ts';
import { sell } from '../sell.ts';

const PATH = '/api/v1/map';

/** `POST /api/v1/map`: the addresses of a site, as a scrape job for a node that can find them. */
export function mapRoutes(app: FastifyInstance, context: Context): void {
  app.post<{ Body: RawBody | undefined }>(PATH, (request, reply) =>
    sell(context, PATH, { request, reply }, (call) => context.intake.submit({ ...call, service: 'map' })),
  );
}
