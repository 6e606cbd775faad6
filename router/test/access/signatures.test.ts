import { createSigningKey, type Wallet } from '@watt/shared';
import { httpbis } from 'http-message-signatures';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { forgetNonces, takeNonce } from '../../src/access/nonces.ts';
import { type SignatureChanges, signRequest } from '../harness/sign-request.ts';
import { expectProblem } from '../http/expect-problem.ts';
import { startServer, type TestServer } from '../http/start-server.ts';

const PATH = '/api/v1/balance';
const wallet = createSigningKey();
const now = () => Math.floor(Date.now() / 1000);
let server: TestServer;
const url = (path = PATH) => `${server.router.url}${path}`;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const getSigned = (changes: SignatureChanges = {}) =>
  server.send('GET', PATH, undefined, signRequest({ key: wallet, method: 'GET', url: url() }, changes));

describe('a good signature', () => {
  it('shows the wallet its balance', async () => {
    const answer = await getSigned();
    expect(answer.json).toMatchObject({ success: true, wallet: wallet.publicKey, available: 0, history: [] });
  });

  it('may be made by the library, cover more, and come in any order', async () => {
    const request = await httpbis.signMessage(
      {
        key: {
          id: `solana:${wallet.publicKey}`,
          alg: 'ed25519',
          sign: async (data) => Buffer.from(wallet.sign(data)),
        },
        fields: ['@authority', '@target-uri', 'accept', '@method'],
        params: ['keyid', 'created', 'expires', 'nonce', 'tag', 'alg'],
        paramValues: { nonce: crypto.randomUUID(), tag: 'watt' },
      },
      { method: 'GET', url: url(), headers: { accept: 'application/json' } },
    );
    const answer = await server.send('GET', PATH, undefined, request.headers as Record<string, string>);
    expect(answer.status).toBe(200);
  });

  it('holds for a body with its digest', async () => {
    const body = JSON.stringify({ name: 'laptop', scopes: ['read'] });
    const headers = signRequest({ key: wallet, method: 'POST', url: url('/api/v1/keys'), body });
    expect((await server.send('POST', '/api/v1/keys', body, headers)).status).toBe(201);
  });
});

describe('a call without a credential', () => {
  it('is not authenticated', async () => {
    const answer = await server.send('GET', PATH);
    expectProblem(answer, 401, 'AUTHENTICATION_REQUIRED');
    expect(answer.headers['www-authenticate']).toContain('Bearer');
  });

  it('does not see a balance by naming the wallet', async () => {
    expectProblem(
      await server.send('GET', `${PATH}?wallet=${wallet.publicKey}`),
      401,
      'AUTHENTICATION_REQUIRED',
    );
  });
});

describe('a signature that is refused', () => {
  const params = (changes: Record<string, string | number | undefined>): SignatureChanges => ({
    params: changes,
  });
  test.each<[string, SignatureChanges, string]>([
    ['without @method', { cover: ['"@target-uri"'] }, 'must cover @method'],
    ['without @target-uri', { cover: ['"@method"'] }, 'must cover @target-uri'],
    ['over nothing', { cover: [] }, 'must cover @method, @target-uri'],
    ['over a component twice', { cover: ['"@method"', '"@target-uri"', '"@method"'] }, 'covered twice'],
    ['of another method', { values: { '"@method"': 'DELETE' } }, 'not the wallet'],
    ['of another target', { values: { '"@target-uri"': 'http://127.0.0.1/api/v1/keys' } }, 'not the wallet'],
    ['with a parameter on a component', { cover: ['"@method";req', '"@target-uri"'] }, 'without parameters'],
    ['with another tag', params({ tag: 'web-bot-auth' }), 'tag'],
    ['without a tag', params({ tag: undefined }), 'tag'],
    ['without a nonce', params({ nonce: undefined }), 'nonce'],
    ['with a short nonce', params({ nonce: '1' }), 'nonce'],
    ['without created', params({ created: undefined }), 'created'],
    ['without expires', params({ expires: undefined }), 'created'],
    ['that is valid for an hour', params({ expires: now() + 3600 }), 'at most 300'],
    ['that ends before it begins', params({ expires: now() - 10, created: now() }), 'later than'],
    ['by another kind of key', params({ keyid: `did:key:${wallet.publicKey}` }), 'keyid'],
    ['with another algorithm', params({ alg: 'hmac-sha256' }), 'alg'],
    [
      'in the name of another wallet',
      params({ keyid: `solana:${createSigningKey().publicKey}` }),
      'not the wallet',
    ],
    [
      'in the name of a key that nobody holds',
      params({ keyid: `solana:${'1'.repeat(32)}` }),
      'not the wallet',
    ],
  ])('%s', async (_, changes, detail) => {
    const body = expectProblem(await getSigned(changes), 401, 'SIGNATURE_INVALID');
    expect(body['detail']).toContain(detail);
  });

  it('when it is over, or made in the future', async () => {
    const late = await getSigned({ params: { created: now() - 200, expires: now() - 100 } });
    expectProblem(late, 401, 'SIGNATURE_EXPIRED');
    const early = await getSigned({ params: { created: now() + 100, expires: now() + 200 } });
    expect(expectProblem(early, 401, 'SIGNATURE_EXPIRED')['server_time']).toBeCloseTo(now(), -1);
  });

  it('when there are two, or half of one', async () => {
    const one = signRequest({ key: wallet, method: 'GET', url: url() });
    const two = signRequest({ key: wallet, method: 'GET', url: url() }, { label: 'sig2' });
    const both = {
      signature: `${one['signature']}, ${two['signature']}`,
      'signature-input': `${one['signature-input']}, ${two['signature-input']}`,
    };
    for (const headers of [
      both,
      { signature: one['signature'] ?? '' },
      { signature: 'x', 'signature-input': 'y' },
    ]) {
      expectProblem(await server.send('GET', PATH, undefined, headers), 401, 'SIGNATURE_INVALID');
    }
  });

  it('beside an API key', async () => {
    const headers = { ...signRequest({ key: wallet, method: 'GET', url: url() }), authorization: 'Bearer x' };
    expectProblem(await server.send('GET', PATH, undefined, headers), 401, 'SIGNATURE_INVALID');
  });
});

describe('the body under a signature', () => {
  const path = '/api/v1/keys';
  const body = JSON.stringify({ name: 'a', scopes: ['read'] });

  it('cannot be swapped', async () => {
    const headers = signRequest({ key: wallet, method: 'POST', url: url(path), body });
    const other = JSON.stringify({ name: 'a', scopes: ['withdraw'] });
    const answer = await server.send('POST', path, other, headers);
    expect(expectProblem(answer, 401, 'SIGNATURE_INVALID')['detail']).toContain('content-digest');
  });

  it('cannot be swapped together with its digest', async () => {
    const headers = signRequest({ key: wallet, method: 'POST', url: url(path), body });
    const other = JSON.stringify({ name: 'a', scopes: ['withdraw'] });
    const swapped = signRequest({ key: createSigningKey(), method: 'POST', url: url(path), body: other });
    const mixed = { ...headers, 'content-digest': swapped['content-digest'] ?? '' };
    expectProblem(await server.send('POST', path, other, mixed), 401, 'SIGNATURE_INVALID');
  });

  it('must be covered', async () => {
    const cover = ['"@method"', '"@target-uri"'];
    const headers = signRequest({ key: wallet, method: 'POST', url: url(path), body }, { cover });
    const answer = await server.send('POST', path, body, headers);
    expect(expectProblem(answer, 401, 'SIGNATURE_INVALID')['detail']).toContain('must cover content-digest');
  });

  test.each(['idempotency-key', 'x-max-cost'])('and %s must be covered where it is sent', async (name) => {
    const headers = signRequest({ key: wallet, method: 'POST', url: url(path), body });
    const answer = await server.send('POST', path, body, { ...headers, [name]: '1' });
    expect(expectProblem(answer, 401, 'SIGNATURE_INVALID')['detail']).toContain(`must cover ${name}`);
  });
});

describe('a nonce', () => {
  it('is accepted once, of twenty copies at the same time', async () => {
    const headers = signRequest({ key: wallet, method: 'GET', url: url() });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.send('GET', PATH, undefined, headers)),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.json.code === 'SIGNATURE_REPLAYED')).toHaveLength(19);
  });

  it('of one wallet is not taken by another', async () => {
    const nonce = crypto.randomUUID();
    for (const key of [createSigningKey(), createSigningKey()]) {
      const headers = signRequest({ key, method: 'GET', url: url() }, { params: { nonce } });
      expect((await server.send('GET', PATH, undefined, headers)).status).toBe(200);
    }
  });

  it('is forgotten when its signature has long been void, and not before', async () => {
    const { sql } = server.db.database;
    const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
    for (const minutes of [1, 30]) {
      const proof = {
        wallet: wallet.publicKey as Wallet,
        nonce: `of ${minutes}`,
        voidAt: minutesAgo(minutes),
      };
      await takeNonce(sql, proof);
    }
    await forgetNonces(sql, Date.now());
    const left = await sql`select nonce from auth_nonces where nonce like 'of %'`;
    expect(left.map((row) => row['nonce'])).toEqual(['of 1']);
  });
});
