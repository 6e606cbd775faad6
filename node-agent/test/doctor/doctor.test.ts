import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey } from '@watt/shared';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Home, homeAt } from '../../src/config/home.ts';
import { readConfig } from '../../src/config/node-config.ts';
import type { Check } from '../../src/doctor/check.ts';
import { examine } from '../../src/doctor/examine.ts';
import { findOpenDockerPort } from '../../src/doctor/open-docker-port.ts';
import { checkRouter } from '../../src/doctor/router-checks.ts';
import type { ContainerEngine } from '../../src/sandbox/container-engine.ts';
import { createDockerEngine } from '../../src/sandbox/docker.ts';
import { LIMIT_NAMES } from '../../src/sandbox/limit-proof.ts';
import { wattNode } from '../cli/watt-node.ts';
import { type ScriptedRouter, startScriptedRouter } from '../connection/scripted-router.ts';
import { docker, realImage } from '../sandbox/real-sandbox.ts';

const image = await realImage();
let folder: string;
let home: Home;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watt-doctor-'));
  home = homeAt(join(folder, 'home'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const init = (router: ScriptedRouter, ...more: string[]) =>
  wattNode(['init', '--home', home.dir, '--router', router.http, '--no-wallet', ...more]);

/** The checks while the router greets everybody who dials. */
async function doctor(router: ScriptedRouter | null, engine: ContainerEngine = docker): Promise<Check[]> {
  // The doctor hangs up on its greeting, so the hello that this waits for never comes.
  router?.greet().catch(() => undefined);
  return examine({
    home,
    config: await readConfig(home),
    engine,
    dockerHost: null,
    chromiumPath: null,
    isRoot: false,
    clock: Date,
    onChecks: () => undefined,
  });
}

const statesOf = (checks: readonly Check[]) =>
  Object.fromEntries(checks.map(({ name, state }) => [name, state]));

test.skipIf(image === null)('a sound machine, a line for each thing', async () => {
  await using router = await startScriptedRouter();
  const wallet = join(folder, 'wallet.json');
  await writeFile(wallet, JSON.stringify([...createSigningKey().secret]), { mode: 0o600 });
  await wattNode(['init', '--home', home.dir, '--router', router.http, '--wallet-key', wallet]);
  const checks = await doctor(router);
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  // The second image is there on some machines only.
  const names = checks.map(({ name }) => name).filter((name) => name !== 'more languages');
  expect(names).toEqual([
    ...['set-up', 'node key', 'home folder', 'wallet', 'disk', 'user'],
    ...['router', 'router key', 'clock', 'chromium'],
    ...['docker', 'docker port', 'seccomp', 'docker disk', 'image', 'runtime'],
    ...LIMIT_NAMES.map((name) => `limit ${name}`),
    ...['languages', 'sessions'],
  ]);
  expect(checks.find(({ name }) => name === 'router key')?.found).toContain(router.key.publicKey);
  expect(checks.find(({ name }) => name === 'limit memory')?.found).toMatch(/killed at \d+ MB/);
});

test.skipIf(image === null)('a limit that the host ignores is a line with its mend', async () => {
  await using router = await startScriptedRouter();
  await init(router, '--services', 'execute');
  const deaf: ContainerEngine = {
    ...docker,
    create: (name, spec) =>
      docker.create(name, { ...spec, HostConfig: { ...spec.HostConfig, Memory: 0, MemorySwap: 0 } }),
  };
  const failures = (await doctor(router, deaf)).filter(({ state }) => state === 'failed');
  expect(failures).toEqual([
    {
      name: 'limit memory',
      state: 'failed',
      found: expect.stringContaining('not killed'),
      fix: expect.stringContaining('cgroup_enable=memory'),
    },
  ]);
});

test('the command prints marks, and JSON with the same; its exit code says that something failed', async () => {
  const ended = await wattNode(['doctor', '--home', home.dir]);
  expect(ended.code).toBe(1);
  expect(ended.output).toMatch(/^✗ set-up +no node is set up in .*\n +fix: watt-node init --home /);
  expect(ended.output).toMatch(/\n\d+ failed, of \d+ checks\.\n$/);
  const json = JSON.parse((await wattNode(['doctor', '--home', home.dir, '--json'])).output);
  expect(json.ok).toBe(false);
  expect(json.checks[0]).toMatchObject({ name: 'set-up', state: 'failed', fix: expect.any(String) });
});

test('wide modes of key and folder fail, a wallet that is not there is a warning', async () => {
  await using router = await startScriptedRouter();
  await init(router, '--services', 'scrape');
  await chmod(home.key, 0o640);
  await chmod(home.dir, 0o755);
  const checks = await doctor(router);
  expect(statesOf(checks)).toMatchObject({
    'node key': 'failed',
    'home folder': 'failed',
    wallet: 'warning',
  });
  expect(checks.find(({ name }) => name === 'node key')?.fix).toBe(`chmod 600 ${home.key}`);
  expect(checks.map(({ name }) => name)).not.toContain('docker');
});

test('no daemon is one line, not an exception', async () => {
  await using router = await startScriptedRouter();
  await init(router, '--services', 'execute');
  const engine = createDockerEngine({ socketPath: join(folder, 'no-docker.sock') });
  expect(statesOf(await doctor(router, engine))).toMatchObject({ router: 'ok', docker: 'failed' });
});

test.each([
  ['a clock 90 s behind', () => ({ at: Date.now() + 90_000 }), { 'router key': 'ok', clock: 'failed' }],
  ['a clock 20 s ahead', () => ({ at: Date.now() - 20_000 }), { 'router key': 'ok', clock: 'warning' }],
  ['another protocol', () => ({ protocol: 99 }), { router: 'ok', 'router key': 'failed' }],
])('%s', async (_, challenge, states) => {
  await using router = await startScriptedRouter();
  router.greet({ challenge: challenge() }).catch(() => undefined);
  const checks = await checkRouter({ url: router.http, key: router.key.publicKey }, Date.now);
  expect(statesOf(checks)).toEqual({ router: 'ok', ...states });
});

test('a router with another key than the pinned one is told apart from one that is away', async () => {
  await using router = await startScriptedRouter();
  router.greet().catch(() => undefined);
  const stranger = await checkRouter({ url: router.http, key: createSigningKey().publicKey }, Date.now);
  expect(statesOf(stranger)).toEqual({ router: 'ok', 'router key': 'failed' });
  const away = await checkRouter({ url: 'http://127.0.0.1:1', key: router.key.publicKey }, Date.now);
  expect(statesOf(away)).toEqual({ router: 'failed' });
});

test('a Docker daemon on a plain port is found, and another program there is not one', async () => {
  const listen = async (headers: Record<string, string>): Promise<[Server, number]> => {
    const server = createServer((_, response) => response.writeHead(200, headers).end('OK'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return [server, (server.address() as AddressInfo).port];
  };
  const [daemon, port] = await listen({ 'api-version': '1.41' });
  const [other, otherPort] = await listen({});
  expect(await findOpenDockerPort(['127.0.0.1'], port)).toBe('127.0.0.1');
  expect(await findOpenDockerPort(['127.0.0.1'], otherPort)).toBeNull();
  await Promise.all([daemon, other].map((server) => new Promise((resolve) => server.close(resolve))));
  expect(await findOpenDockerPort(['127.0.0.1'], port)).toBeNull();
});

test('nothing is changed by looking', async () => {
  await using router = await startScriptedRouter();
  await init(router, '--services', 'scrape');
  const before = await readFile(home.config, 'utf8');
  await doctor(router);
  expect(await readFile(home.config, 'utf8')).toBe(before);
});
