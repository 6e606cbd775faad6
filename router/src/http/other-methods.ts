import { AppError } from '@watt/shared';
import type { FastifyInstance, HTTPMethods } from 'fastify';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Collects the routes that are registered from now on. The function that it returns answers every other method of their paths
 * with 405 and the `Allow` header.
 */
export function collectMethods(app: FastifyInstance): () => void {
  const allowed = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = allowed.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    allowed.set(url, methods);
  });

  return () => {
    for (const [url, methods] of [...allowed]) {
      const allow = [...methods].sort().join(', ');
      app.route({
        url,
        method: METHODS.filter((name) => !methods.has(name)),
        // Before the body is read: whatever it is, the answer is the same.
        onRequest: async (request) => {
          const detail = `${request.method} is not allowed here`;
          throw new AppError('METHOD_NOT_ALLOWED', { detail, headers: { allow } });
        },
        handler: async () => undefined,
      });
    }
  };
}
