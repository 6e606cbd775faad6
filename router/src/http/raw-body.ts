import { AppError, LIMITS, parseJson } from '@watt/shared';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A JSON body with the exact bytes it came in: hashes and commitments cover the bytes. */
export interface RawBody {
  raw: Buffer;
  json: unknown;
}

export function parseRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const options = { parseAs: 'buffer', bodyLimit: LIMITS.requestBodyBytes } as const;
  app.addContentTypeParser<Buffer>(
    'application/json',
    options,
    async (_request: FastifyRequest, raw: Buffer): Promise<RawBody> => {
      const json = parseJson(raw.toString('utf8'));
      if (json === undefined) throw new AppError('INVALID_REQUEST', { detail: 'The body is not valid JSON' });
      return { raw, json };
    },
  );
}
