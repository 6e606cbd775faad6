import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { readSolvency, solvencyView } from '../../reconciliation/reconciliation.ts';

/** `GET /api/v1/solvency`: what is owed, what the chain holds for it, and whether that was checked lately. */
export function solvencyRoutes(app: FastifyInstance, context: Context): void {
  const { database, reconciler, payments, clock } = context;
  app.get('/api/v1/solvency', async (_request, reply) => {
    const solvency = await readSolvency(database.sql, reconciler, clock);
    return reply
      .header('cache-control', 'no-store')
      .send({ success: true, ...solvencyView(solvency, payments.payTo.tokenAccount) });
  });
}
