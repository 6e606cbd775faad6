import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { createStats } from '../../stats/stats.ts';

/** `GET /api/v1/stats`: public figures, at most two seconds old. */
export function statsRoutes(app: FastifyInstance, { database, dispatcher, clock }: Context): void {
  const stats = createStats({ sql: database.sql, clock });
  app.get('/api/v1/stats', async () => ({
    success: true,
    ...(await stats.read()),
    dispatch: dispatcher.figures(),
  }));
}
