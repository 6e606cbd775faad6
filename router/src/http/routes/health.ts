import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { withinMs } from '../../within-ms.ts';

const CHAIN_STALE_MS = 60_000;
const CHECK_MS = 2000;

/** `GET /health`: the process lives. `GET /ready`: it can sell, with each part's state; 503 when one is missing. */
export function healthRoutes(app: FastifyInstance, { database, payments, dispatcher, x402 }: Context): void {
  app.get('/health', async () => ({
    success: true,
    status: 'ok',
    uptime_seconds: Math.round(process.uptime()),
  }));

  app.get('/ready', async (_request, reply) => {
    const isDatabaseUp = await withinMs(
      database.sql`select 1`.then(() => true),
      CHECK_MS,
      false,
    );
    const chainAgeMs = payments.chainAgeMs();
    const isReady = isDatabaseUp && chainAgeMs < CHAIN_STALE_MS;
    return reply.code(isReady ? 200 : 503).send({
      success: isReady,
      status: isReady ? 'ready' : 'not ready',
      database: isDatabaseUp ? 'ok' : 'does not answer',
      chain: chainAgeMs < CHAIN_STALE_MS ? 'ok' : 'does not answer',
      // A way to pay among others: without it the router still sells.
      x402: x402 === null ? 'off' : (x402.fault() ?? 'ok'),
      ...dispatcher.figures(),
      ...(isReady ? {} : { code: 'UNAVAILABLE', error: 'The service is not ready' }),
    });
  });
}
