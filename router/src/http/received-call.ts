import type { FastifyRequest } from 'fastify';
import type { ReceivedCall } from '../access/access.ts';
import type { RawBody } from './raw-body.ts';

const NOTHING = new Uint8Array();

/** A call as it came, for whoever checks who makes it. */
export function receivedCall(request: FastifyRequest): ReceivedCall {
  const body = request.body as RawBody | undefined;
  return {
    method: request.method,
    target: request.raw.url ?? '',
    headers: request.headers,
    body: body?.raw ?? NOTHING,
  };
}
