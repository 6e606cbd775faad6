import pino from 'pino';
import { afterEach, expect, it } from 'vitest';
import type { Facilitator } from './facilitator.ts';
import { type Readiness, watchReadiness } from './readiness.ts';

const lamports = new Map<string, bigint | Error>();
const unplanned = (): never => {
  throw new Error('not planned');
};
const facilitator: Facilitator = {
  feePayer: 'fees',
  verify: unplanned,
  sign: unplanned,
  send: unplanned,
  statuses: unplanned,
  finalizedHeight: unplanned,
  lastValidHeight: unplanned,
  async lamports(wallet) {
    const found = lamports.get(wallet) ?? 0n;
    if (found instanceof Error) throw found;
    return found;
  },
};
let readiness: Readiness | undefined;
const look = async (state: Record<string, bigint | Error>): Promise<string | null> => {
  lamports.clear();
  for (const [wallet, has] of Object.entries(state)) lamports.set(wallet, has);
  readiness = watchReadiness({
    facilitator,
    tokenAccount: 'tokens',
    minLamports: 1000n,
    everyMs: 60_000,
    logger: pino({ level: 'silent' }),
  });
  await readiness.start();
  return readiness.fault();
};
afterEach(() => readiness?.stop());

it('is ready with a token account and enough SOL', async () => {
  expect(await look({ tokens: 1n, fees: 1000n })).toBeNull();
});

it.each<[string, Record<string, bigint | Error>, RegExp]>([
  ['the token account is missing', { fees: 1000n }, /token account tokens does not exist: create it/],
  ['the fee payer is poor', { tokens: 1n, fees: 999n }, /fee payer fees has 999 lamports: send it SOL/],
])('says what to do when %s', async (_, state, says) => {
  expect(await look(state)).toMatch(says);
});

it('says that the chain is silent, and nothing of its address', async () => {
  expect(await look({ tokens: new Error('https://rpc/?key=secret'), fees: 1n })).toBe(
    'the chain does not answer',
  );
});
