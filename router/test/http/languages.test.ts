import { createSigningKey, type Hello, LANGUAGES, type NodeId } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { moveNode, saveNode } from '../../src/nodes/nodes.ts';
import { startServer, type TestServer } from './start-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

type Execute = NonNullable<Hello['capabilities']['execute']>;

async function addNode(execute: Partial<Execute> | null): Promise<NodeId> {
  const node = createSigningKey().publicKey as NodeId;
  const basis = { slots: 1, languages: ['python'], max_memory_mb: 512, runtime: 'runc' };
  const capabilities = { scrape: null, execute: execute && { ...basis, ...execute } };
  const facts = { name: 'n', class: 'pc', version: '1.0.0', wallet: null, capabilities } as const;
  await saveNode(
    server.db.database.sql,
    { ...facts, node } as unknown as Hello,
    server.router.context.presence.router,
  );
  return node;
}

it('lists languages with version, image, isolation and sessions, as nodes that are online declare them', async () => {
  const python = (version: string) => ({ language: 'python' as const, version, image: 'sha256:1' });
  const ruby = { language: 'ruby' as const, version: '3.1', image: 'sha256:2' };
  await addNode(null);
  await addNode({});
  await addNode({ toolchains: [python('3.11.2'), ruby], sessions: { slots: 4, languages: ['python'] } });
  await addNode({ toolchains: [python('3.11.2')] });
  await addNode({
    ...{ toolchains: [python('3.11.9')], isolation: 'gvisor' },
    sessions: { slots: 1, languages: ['python', 'javascript'] },
  });
  const gone = await addNode({
    toolchains: [{ ...ruby, language: 'go' }],
    sessions: { slots: 1, languages: ['python'] },
  });
  await moveNode(server.db.database.sql, {
    nodeId: gone,
    to: 'offline',
    router: server.router.context.presence.router,
  });

  const { status, json } = await server.send('GET', '/api/v1/languages');
  expect(status).toBe(200);
  const { languages } = json as {
    languages: { language: string; toolchains: object[]; sessions: object[] }[];
  };
  expect(languages.map(({ language }) => language)).toEqual([...LANGUAGES]);
  expect(languages[0]).toEqual({
    language: 'python',
    is_compiled: false,
    toolchains: [
      { version: '3.11.2', image: 'sha256:1', isolation: 'container', nodes: 2 },
      { version: '3.11.9', image: 'sha256:1', isolation: 'gvisor', nodes: 1 },
    ],
    sessions: [
      { isolation: 'container', nodes: 1 },
      { isolation: 'gvisor', nodes: 1 },
    ],
  });
  const of = (name: string) => languages.find(({ language }) => language === name);
  expect(of('ruby')).toMatchObject({
    toolchains: [{ version: '3.1', image: 'sha256:2', isolation: 'container', nodes: 1 }],
    sessions: [],
  });
  expect(of('javascript')?.sessions).toEqual([{ isolation: 'gvisor', nodes: 1 }]);
  expect(of('go')?.toolchains).toEqual([]);
});
