import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { fieldError } from '../../intake/intake.ts';
import { readLimit } from '../read-page.ts';

type Query = { Querystring: Record<string, string | undefined> };

const MAX_OFFSET = 1_000_000;

/** `GET /discovery/resources`, in the form of x402's bazaar, and `GET /api/v1/x402/supported`, in that of a facilitator. */
export function x402Routes(app: FastifyInstance, { x402 }: Context): void {
  app.get<Query>('/discovery/resources', async ({ query }) => {
    const limit = readLimit(query);
    const offset = readOffset(query);
    const resources = (x402?.resources() ?? []).filter(({ type, accepts: [terms], extensions }) =>
      [
        [query['type'], type],
        [query['payTo'], terms?.payTo],
        [query['scheme'], terms?.scheme],
        [query['network'], terms?.network],
        [query['extensions'], Object.keys(extensions).at(0)],
      ].every(([asked, has]) => asked === undefined || asked === '' || asked === has),
    );
    return {
      x402Version: 2,
      items: resources.slice(offset, offset + limit),
      pagination: { limit, offset, total: resources.length },
    };
  });

  app.get('/api/v1/x402/supported', async () => {
    const isOffered = x402 !== null && x402.fault() === null;
    const { network, feePayer } = x402?.terms ?? {};
    return {
      kinds: isOffered ? [{ x402Version: 2, scheme: 'exact', network, extra: { feePayer } }] : [],
      extensions: isOffered ? ['bazaar'] : [],
      signers: isOffered ? { 'solana:*': [feePayer] } : {},
    };
  });
}

function readOffset(query: Record<string, string | undefined>): number {
  const offset = Number(query['offset'] ?? 0);
  if (Number.isInteger(offset) && offset >= 0 && offset <= MAX_OFFSET) return offset;
  throw fieldError({
    field: 'offset',
    message: 'is not a number of resources',
    fix: 'Give a whole number from 0.',
  });
}
