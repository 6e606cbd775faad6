import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type TestServer } from '../http/start-server.ts';

let server: TestServer;
const program = { language: 'python', code: 'print(1)' };

// No key that pays fees is given.
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

it('sells by memo and does not offer x402', async () => {
  const unpaid = await server.send('POST', '/api/v1/execute', program);
  expect(unpaid).toMatchObject({ status: 402, json: { code: 'PAYMENT_NOT_FOUND' } });
  expect(unpaid.headers['payment-required']).toBeUndefined();
  expect(unpaid.json.x402).toBeUndefined();
});

it('says at once to those who bring a payment that nobody will settle it', async () => {
  const paid = await server.send('POST', '/api/v1/execute', program, { 'payment-signature': 'e30=' });
  expect(paid).toMatchObject({ status: 503, json: { code: 'X402_UNAVAILABLE' } });
});

it('lists nothing, and says that it is off', async () => {
  const { json: list } = await server.send('GET', '/discovery/resources');
  expect(list).toMatchObject({ items: [], pagination: { total: 0 } });
  expect((await server.send('GET', '/api/v1/x402/supported')).json).toEqual({
    kinds: [],
    extensions: [],
    signers: {},
  });
  expect((await server.send('GET', '/ready')).json.x402).toBe('off');
});
