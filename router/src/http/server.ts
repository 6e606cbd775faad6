import { LIMITS } from '@watt/shared';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { collectMethods } from './other-methods.ts';
import { answerError, handleErrors } from './problems.ts';
import { parseRawBodies } from './raw-body.ts';
import { balanceRoutes } from './routes/balance.ts';
import { batchRoutes } from './routes/batches.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { depositRoutes } from './routes/deposits.ts';
import { healthRoutes } from './routes/health.ts';
import { jobRoutes } from './routes/jobs.ts';
import { keyRoutes } from './routes/keys.ts';
import { languageRoutes } from './routes/languages.ts';
import { mapRoutes } from './routes/map.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { nodePayoutRoutes } from './routes/node-payouts.ts';
import { nodeRoutes } from './routes/nodes.ts';
import { pricingRoutes } from './routes/pricing.ts';
import { quoteRoutes } from './routes/quote.ts';
import { serviceRoutes } from './routes/services.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { solvencyRoutes } from './routes/solvency.ts';
import { statsRoutes } from './routes/stats.ts';
import { withdrawalRoutes } from './routes/withdrawals.ts';
import { x402Routes } from './routes/x402.ts';
import { answerUnreadable } from './unreadable-request.ts';

const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 75_000;
const REQUEST_ID = 'x-request-id';
// Longer ids than any that exist get the answer "no such job" too.
const MAX_PARAM_LENGTH = 1000;

/** Builds the HTTP server without listening. Node connections are taken over by the hub at their upgrade. */
export async function buildServer(context: Context): Promise<FastifyInstance> {
  const logger: FastifyBaseLogger = context.logger.child(
    { part: 'http' },
    { level: quieter(context.logger.level) },
  );
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    bodyLimit: LIMITS.requestBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // One proxy is believed, the nearest: what came before it an agent may have written to escape its limits.
    trustProxy: context.config.http.trustProxy && ((_address, hop) => hop === 0),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // Such errors come before any hook.
    frameworkErrors: (error, request, reply) =>
      void answerError(error, request, reply.header(REQUEST_ID, request.id)),
    clientErrorHandler: answerUnreadable,
    forceCloseConnections: 'idle',
    genReqId: () => crypto.randomUUID(),
  });
  parseRawBodies(app);
  handleErrors(app);
  app.addHook('onSend', async (request, reply) => {
    reply.header(REQUEST_ID, request.id);
  });
  const refuseOtherMethods = collectMethods(app);
  for (const routes of [
    serviceRoutes,
    batchRoutes,
    mapRoutes,
    sessionRoutes,
    quoteRoutes,
    jobRoutes,
    balanceRoutes,
    depositRoutes,
    withdrawalRoutes,
    keyRoutes,
    languageRoutes,
    nodeRoutes,
    nodePayoutRoutes,
    pricingRoutes,
    x402Routes,
    statsRoutes,
    solvencyRoutes,
    healthRoutes,
    metricsRoutes,
    dashboardRoutes,
  ]) {
    routes(app, context);
  }
  refuseOtherMethods();
  app.server.on('upgrade', (request, socket, head) => context.hub.handleUpgrade(request, socket, head));
  await app.ready();
  return app;
}

/** One line for each request is for `debug`; at `info` only what went wrong is written. */
function quieter(level: string): string {
  return level === 'info' ? 'warn' : level;
}
