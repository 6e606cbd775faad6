import { formatWatt } from '@watt/shared';
import Fastify from 'fastify';
import type { FaucetGrant } from './parse-grant.ts';
import { parseGrant } from './parse-grant.ts';

const BODY_LIMIT_BYTES = 4096;
const REQUEST_LIMIT_MS = 60_000;
/** Grants go one after the other; beyond this many the caller is asked to come back. */
const QUEUE_LIMIT = 100;

export interface FaucetOptions {
  port: number;
  /** Gives, and resolves to the token account and the confirmed signature. */
  give: (grant: FaucetGrant) => Promise<{ tokenAccount: string; signature: string }>;
}

export interface Faucet {
  url: string;
  close(): Promise<void>;
}

/** `POST / {wallet, watt, sol}`: mints WATT to the wallet's token account and sends SOL, for development only. */
export async function startFaucet({ port, give }: FaucetOptions): Promise<Faucet> {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_LIMIT_MS,
    forceCloseConnections: true,
  });
  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  app.get('/', () => ({ usage: 'POST / {"wallet": "<base58 address>", "watt": 1000, "sol": 1}' }));

  app.post('/', async (request, reply) => {
    const parsed = parseGrant(request.body);
    if ('fault' in parsed)
      return reply.code(400).send({ success: false, code: 'INVALID_REQUEST', error: parsed.fault });
    if (waiting >= QUEUE_LIMIT) {
      reply.header('retry-after', '5').code(429);
      return {
        success: false,
        code: 'RATE_LIMITED',
        error: 'Too many grants at once; try again in 5 seconds',
      };
    }
    const { grant } = parsed;
    waiting += 1;
    try {
      const turn = queue.then(() => give(grant));
      queue = turn.catch(() => undefined);
      const { tokenAccount, signature } = await turn;
      return {
        success: true,
        wallet: grant.wallet,
        token_account: tokenAccount,
        watt: formatWatt(grant.watt),
        lamports: grant.lamports.toString(),
        signature,
      };
    } finally {
      waiting -= 1;
    }
  });

  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    void reply.code(status).send({
      success: false,
      code: status < 500 ? 'INVALID_REQUEST' : 'INTERNAL',
      error:
        status < 500 ? error.message : 'The chain did not take the grant; see the log of the chain process',
    });
    if (status >= 500) process.stderr.write(`faucet: ${error.message}\n`);
  });

  const url = await app.listen({ port, host: '127.0.0.1' });
  return { url, close: () => app.close() };
}
