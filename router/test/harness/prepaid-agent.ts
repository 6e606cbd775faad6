import { createSigningKey, type SigningKey } from '@watt/shared';
import type { Answered, TestServer } from '../http/start-server.ts';
import { signRequest } from './sign-request.ts';

export interface PrepaidAgent {
  key: SigningKey;
  wallet: string;
  /** A call signed by the wallet. */
  send(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answered>;
  /** Makes an API key; returns its header. */
  apiKey(body?: object): Promise<{ id: string; bearer: { authorization: string } }>;
}

export function prepaidAgent(server: TestServer, key = createSigningKey()): PrepaidAgent {
  const agent: PrepaidAgent = {
    key,
    wallet: key.publicKey,
    send(method, path, body, headers = {}) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const url = `${server.router.url}${path}`;
      const signed = signRequest({ key, method, url, headers, ...(text !== undefined && { body: text }) });
      return server.send(method, path, text, signed);
    },
    async apiKey(body = {}) {
      const answer = await agent.send('POST', '/api/v1/keys', {
        name: 'test',
        scopes: ['spend', 'read'],
        ...body,
      });
      if (answer.status !== 201) throw new Error(`No key: ${answer.text}`);
      return { id: answer.json.key_id, bearer: { authorization: `Bearer ${answer.json.key}` } };
    },
  };
  return agent;
}
