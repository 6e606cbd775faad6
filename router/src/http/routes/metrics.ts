import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { createMetrics } from '../../metrics/metrics.ts';

/** `GET /metrics` for Prometheus, and the durations of all requests. */
export function metricsRoutes(app: FastifyInstance, context: Context): void {
  const metrics = createMetrics(context);
  app.addHook('onResponse', async (request, reply) => {
    metrics.observeRequest({
      method: request.method,
      // The pattern, not the path: a label for each job would never end.
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
}
