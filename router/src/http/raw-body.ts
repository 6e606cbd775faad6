import { LIMITS, parseJson } from '@watt/shared';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fieldError } from '../intake/intake.ts';

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
    async (_request: FastifyRequest, raw: Buffer): Promise<RawBody | undefined> => {
      // Many clients name the type with every call, also where there is no body to send.
      if (raw.length === 0) return undefined;
      const json = parseJson(readUtf8(raw));
      if (json === undefined) {
        throw fieldError({ field: 'body', message: 'is not valid JSON', fix: 'Send a JSON object.' });
      }
      return { raw, json };
    },
  );
}

/** Letters that cannot be read are refused, for the answer would be about another text. A byte order mark is skipped. */
function readUtf8(raw: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw fieldError({ field: 'body', message: 'is not valid UTF-8', fix: 'Send the JSON in UTF-8.' });
  }
}
