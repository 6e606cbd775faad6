import { sha256Hex } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type PrepaidAgent, prepaidAgent } from '../harness/prepaid-agent.ts';
import { expectProblem } from '../http/expect-problem.ts';
import { startServer, type TestServer } from '../http/start-server.ts';

const KEYS = '/api/v1/keys';
const BALANCE = '/api/v1/balance';
let server: TestServer;
let agent: PrepaidAgent;

beforeAll(async () => {
  server = await startServer();
  agent = prepaidAgent(server);
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe('making a key', () => {
  it('shows the secret once and keeps only its hash', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const body = {
      name: 'laptop',
      scopes: ['spend'],
      budget_per_job: '1.5',
      budget_per_day: 20,
      expires_at: expiresAt,
    };
    const made = await agent.send('POST', KEYS, body);
    expect(made.status).toBe(201);
    expect(made.headers['cache-control']).toBe('no-store');
    expect(made.json).toMatchObject({
      name: 'laptop',
      wallet: agent.wallet,
      budget_per_job_base: '1500000',
      budget_per_day: 20,
      expires_at: expiresAt,
      revoked_at: null,
    });
    const secret = made.json.key.split('_').at(-1);
    const [row] = await server.db.database.sql`select * from api_keys where id = ${made.json.key_id}`;
    expect(row).toMatchObject({ secret_sha256: sha256Hex(secret) });
    expect(
      JSON.stringify(Object.values(row ?? {}), (_, v) => (typeof v === 'bigint' ? `${v}` : v)),
    ).not.toContain(secret);
    const listed = await agent.send('GET', KEYS);
    expect(listed.json.keys).toContainEqual(
      expect.objectContaining({ key_id: made.json.key_id, spent_today: 0 }),
    );
    expect(listed.text).not.toContain(secret);
  });

  it('needs the wallet itself: neither a stranger nor a key makes one', async () => {
    const body = { name: 'a', scopes: ['spend'] };
    expectProblem(await server.send('POST', KEYS, body), 401, 'AUTHENTICATION_REQUIRED');
    const { bearer } = await agent.apiKey({ scopes: ['spend', 'read', 'withdraw'] });
    expectProblem(await server.send('POST', KEYS, body, bearer), 403, 'WALLET_SIGNATURE_REQUIRED');
  });

  it('stops at a hundred of a wallet, however many are made at once; ended ones do not count', async () => {
    const owner = prepaidAgent(server);
    await server.db.database.sql`
      insert into api_keys (id, wallet, name, secret_sha256, scopes, expires_at, revoked_at)
      select 'key' || n, ${owner.wallet}, 'made before', repeat('a', 64), '{read}',
        case when n = 99 then now() - interval '1 hour' end, case when n = 100 then now() end
      from generate_series(1, 100) as n`;
    const body = { name: 'a', scopes: ['read'] };
    const answers = await Promise.all(Array.from({ length: 12 }, () => owner.send('POST', KEYS, body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(new Set(answers.flatMap(({ json }) => json.code ?? []))).toEqual(new Set(['KEY_LIMIT_REACHED']));
  });

  test.each([
    [{ name: '', scopes: ['read'] }, 'name'],
    [{ name: 'half \ud800', scopes: ['read'] }, 'name'],
    [{ name: 'a', scopes: [] }, 'scopes'],
    [{ name: 'a', scopes: ['admin'] }, 'scopes.0'],
    [{ name: 'a', scopes: ['read'], budget_per_day: 0 }, 'budget_per_day'],
    [{ name: 'a', scopes: ['read'], budget_per_job: '1.1234567' }, 'budget_per_job'],
    [{ name: 'a', scopes: ['read'], expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ name: 'a', scopes: ['read'], expires_at: 'soon' }, 'expires_at'],
  ])('refuses %o', async (body, field) => {
    const problem = expectProblem(await agent.send('POST', KEYS, body), 400, 'INVALID_REQUEST');
    expect(problem['errors']).toMatchObject([{ field }]);
  });
});

describe('using a key', () => {
  it('works until it is revoked, and says when it was used', async () => {
    const { id, bearer } = await agent.apiKey();
    expect((await server.send('GET', BALANCE, undefined, bearer)).json).toMatchObject({
      wallet: agent.wallet,
    });
    const [used] = (await agent.send('GET', `${KEYS}?limit=1`)).json.keys;
    expect(used).toMatchObject({ key_id: id, last_used_at: expect.any(String) });
    const revoked = await agent.send('DELETE', `${KEYS}/${id}`);
    expect(revoked.json.revoked_at).toEqual(expect.any(String));
    expectProblem(await server.send('GET', BALANCE, undefined, bearer), 401, 'API_KEY_REVOKED');
    expect((await agent.send('DELETE', `${KEYS}/${id}`)).json.revoked_at).toBe(revoked.json.revoked_at);
  });

  it('may end itself, and nobody else’s key', async () => {
    const { id, bearer } = await agent.apiKey({ scopes: ['spend'] });
    const other = await agent.apiKey();
    expectProblem(
      await server.send('DELETE', `${KEYS}/${other.id}`, undefined, bearer),
      403,
      'WALLET_SIGNATURE_REQUIRED',
    );
    expectProblem(await prepaidAgent(server).send('DELETE', `${KEYS}/${id}`), 404, 'KEY_NOT_FOUND');
    for (const none of ['%00', 'z'.repeat(500), '%ff']) {
      expect((await agent.send('DELETE', `${KEYS}/${none}`)).json.code).toMatch(
        /KEY_NOT_FOUND|INVALID_REQUEST/,
      );
    }
    expect((await server.send('DELETE', `${KEYS}/${id}`, undefined, bearer)).status).toBe(200);
  });

  it('does only what its scopes say', async () => {
    const { bearer } = await agent.apiKey({ scopes: ['spend'] });
    const problem = expectProblem(await server.send('GET', BALANCE, undefined, bearer), 403, 'SCOPE_MISSING');
    expect(problem).toMatchObject({ scope: 'read' });
    const reader = await agent.apiKey({ scopes: ['read'] });
    const program = { language: 'bash', code: 'true' };
    expectProblem(await server.send('POST', '/api/v1/execute', program, reader.bearer), 403, 'SCOPE_MISSING');
  });

  it('ends by itself at its time', async () => {
    const { id, bearer } = await agent.apiKey({ expires_at: new Date(Date.now() + 60_000).toISOString() });
    await server.db.database.sql`update api_keys set expires_at = now() where id = ${id}`;
    expectProblem(await server.send('GET', BALANCE, undefined, bearer), 401, 'API_KEY_EXPIRED');
  });

  it('is refused when it is not letter for letter a key of this router', async () => {
    const { bearer } = await agent.apiKey();
    const [, , id, secret] = bearer.authorization.slice('Bearer '.length).split('_');
    for (const authorization of [
      'Basic abc',
      'Bearer',
      `Bearer watt_dev_${id}_${secret}`,
      `Bearer watt_live_${id}_${secret?.replace(/.$/, (letter) => (letter === 'x' ? 'y' : 'x'))}`,
      `Bearer watt_live_${secret?.slice(0, 16)}_${secret}`,
      `Bearer watt_live_${id}`,
    ]) {
      expectProblem(await server.send('GET', BALANCE, undefined, { authorization }), 401, 'API_KEY_INVALID');
    }
    const program = { language: 'bash', code: 'true' };
    const answer = await server.send('POST', '/api/v1/execute', program, {
      authorization: 'Bearer nonsense',
    });
    expectProblem(answer, 401, 'API_KEY_INVALID');
  });
});

it('lists keys page by page, newest first, each once', async () => {
  const owner = prepaidAgent(server);
  const made: string[] = [];
  for (let i = 0; i < 5; i += 1) made.unshift((await owner.apiKey()).id);
  const seen: string[] = [];
  for (let after = ''; ; ) {
    const { json } = await owner.send('GET', `${KEYS}?limit=2${after && `&after=${after}`}`);
    seen.push(...json.keys.map((key: { key_id: string }) => key.key_id));
    if (json.next === null) break;
    after = json.next;
  }
  expect(seen).toEqual(made);
  expectProblem(await owner.send('GET', `${KEYS}?after=$`), 400, 'INVALID_REQUEST');
});
