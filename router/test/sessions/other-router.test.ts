import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Router, startRouter } from '../../src/build-router.ts';
import { expectProblem } from '../http/expect-problem.ts';
import { PATH, type SessionMarket, startSessionMarket } from './session-market.ts';

const ASYNC = { prefer: 'respond-async' };
let market: SessionMarket;
let other: Router;

beforeAll(async () => {
  market = await startSessionMarket();
  const { router, routerKey, db, solana } = market.server;
  other = await startRouter(
    router.context.config,
    { databaseUrl: db.url, routerKey },
    { solana, logger: pino({ level: 'silent' }) },
  );
});
afterAll(async () => {
  await other?.stop();
  await market?.[Symbol.asyncDispose]();
});

it('another router shows a session, and says that it cannot reach it instead of promising to', async () => {
  await market.node();
  const { json } = await (await market.agent(5000)).open();
  const id: string = json.session_id;
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${other.url}${PATH}/${id}${path}`, {
      method,
      headers: { ...ASYNC, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      json: JSON.parse(text),
    };
  };
  expect((await ask('GET', '')).json).toMatchObject({ state: 'ready' });
  expectProblem(await ask('POST', '/calls', { code: '1' }), 503, 'UNAVAILABLE');
  expectProblem(await ask('DELETE', ''), 503, 'UNAVAILABLE');
  expect((await market.server.send('POST', `${PATH}/${id}/calls`, { code: '1' })).status).toBe(200);
  expect((await market.server.send('DELETE', `${PATH}/${id}`)).json).toMatchObject({ state: 'ended' });
  expect((await ask('DELETE', '')).json).toMatchObject({ state: 'ended' });
});
