import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerCall, errorAnswer, isTurnedAway, parseJson, type RpcAnswer, readCall } from './dispatch.ts';
import { RPC_CODE, RpcError } from './rpc-error.ts';
import type { ChainParts } from './rpc-request.ts';

const MAX_BODY_BYTES = 1_000_000;
const MAX_BATCH = 500;

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': 'GET, POST',
} as const;

/** Serves JSON-RPC by POST, batches too, and `GET /health`. */
export function createHttpEndpoint(
  chain: ChainParts,
  signal: AbortSignal,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    serve(chain, signal, request, response).catch((error: unknown) => {
      // The chain is closing or the caller went away: nobody is left to tell.
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
}

async function serve(
  chain: ChainParts,
  signal: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { outage, retryAfterSeconds } = chain.faults;
  if (outage === 'disconnected') {
    request.socket.destroy();
    return;
  }
  if (outage === 'unavailable') return reply(response, 503, 'Service unavailable');
  if (request.method === 'OPTIONS') return reply(response, 204, '');
  if (request.method === 'GET' && request.url === '/health') return reply(response, 200, 'ok');
  if (request.method !== 'POST')
    return reply(response, 405, 'Used HTTP Method is not allowed. POST is required');

  const body = await readBody(request);
  if (body === null) return reply(response, 413, 'Request body too large');
  const answer = await answerBody(chain, body, signal);
  if (answer === 'turned away') {
    const error = errorAnswer(
      null,
      new RpcError('Too many requests for a specific RPC call', { code: RPC_CODE.tooManyRequests }),
    );
    return reply(response, 429, JSON.stringify(error), { 'retry-after': String(retryAfterSeconds) });
  }
  reply(response, 200, JSON.stringify(answer));
}

async function answerBody(
  chain: ChainParts,
  body: string,
  signal: AbortSignal,
): Promise<RpcAnswer | RpcAnswer[] | 'turned away'> {
  try {
    const json = parseJson(body);
    if (!Array.isArray(json)) {
      const call = readCall(json);
      return isTurnedAway(chain, call.method) ? 'turned away' : await answerCall(chain, call, signal);
    }
    if (json.length === 0 || json.length > MAX_BATCH) {
      throw new RpcError(`Invalid request: a batch has 1 to ${MAX_BATCH} calls`, {
        code: RPC_CODE.invalidRequest,
      });
    }
    const calls = json.map(readCall);
    if (calls.some(({ method }) => isTurnedAway(chain, method))) return 'turned away';
    return await Promise.all(calls.map((call) => answerCall(chain, call, signal)));
  } catch (error) {
    if (error instanceof RpcError) return errorAnswer(null, error);
    throw error;
  }
}

/** Null where the body is over the limit. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reply(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  const type = body.startsWith('{') || body.startsWith('[') ? 'application/json' : 'text/plain';
  response.writeHead(status, {
    ...CORS,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
