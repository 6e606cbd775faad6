import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey, signText, verifyText, walletStatement } from '@watt/shared';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../connection/eventually.ts';
import { ackOf, jobOf, scrapeRequest, startScriptedRouter, within } from '../connection/scripted-router.ts';
import { type NodeProcess, startWattNode } from './node-process.ts';
import { wattNode } from './watt-node.ts';

let folder: string;
let home: string;
const processes: NodeProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watt-node-cli-'));
  home = join(folder, 'home');
});

afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

/** `watt-node run` for static pages only, which needs neither Docker nor Chromium. */
function run(site?: Server): NodeProcess {
  const port = site && (site.address() as AddressInfo).port;
  const started = startWattNode(['run', '--home', home], {
    CHROMIUM_PATH: join(folder, 'no-browser'),
    ...(port && { SCRAPE_ALLOW_PRIVATE: `127.0.0.1:${port}` }),
  });
  processes.push(started);
  return started;
}

async function startSite(answer: (respond: () => void) => void = (respond) => respond()) {
  const site = createServer((_, response) =>
    answer(() =>
      response.setHeader('content-type', 'text/html').end('<title>demo</title><p>a page of the demo</p>'),
    ),
  );
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  const close = () => {
    site.closeAllConnections();
    return new Promise((resolve) => site.close(resolve));
  };
  return { site, url, [Symbol.asyncDispose]: async () => void (await close()) };
}

test('init makes a home, pins the key of the router, and changes nothing the second time', async () => {
  await using router = await startScriptedRouter();
  const made = await wattNode([
    'init',
    '--home',
    home,
    '--router',
    router.http,
    '--name',
    'kitchen',
    '--services',
    'scrape',
  ]);
  expect(made).toMatchObject({ code: 0 });
  expect(made.output).toContain(
    `Pinned the router's key, as ${router.http} gave it: ${router.key.publicKey}`,
  );
  expect(made.output).toContain(`Next: watt-node run --home ${home}`);
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  expect((await stat(join(home, 'node-key.json'))).mode & 0o777).toBe(0o600);
  const config = await readFile(join(home, 'config.json'), 'utf8');
  expect(JSON.parse(config)).toMatchObject({ name: 'kitchen', services: ['scrape'], wallet: null });
  const key = await readFile(join(home, 'node-key.json'), 'utf8');
  const again = await wattNode(['init', '--home', home]);
  expect(again.output).toContain('Unchanged');
  expect(await readFile(join(home, 'config.json'), 'utf8')).toBe(config);
  expect(await readFile(join(home, 'node-key.json'), 'utf8')).toBe(key);
});

test('init proves a wallet by its key file, or tells what to sign and takes the signature', async () => {
  const router = createSigningKey().publicKey;
  const wallet = createSigningKey();
  const file = join(folder, 'wallet.json');
  await writeFile(file, JSON.stringify([...wallet.secret]), { mode: 0o600 });
  const base = ['init', '--home', home, '--router', 'http://127.0.0.1:1', '--router-key', router];
  const proven = await wattNode([...base, '--wallet-key', file]);
  expect(proven.output).toContain(`${wallet.publicKey}, proven`);
  const config = JSON.parse(await readFile(join(home, 'config.json'), 'utf8'));
  const nodeId = /node {5}(\S+)/.exec(proven.output)?.[1] ?? '';
  const statement = walletStatement({ nodeId, wallet: wallet.publicKey });
  expect(verifyText(wallet.publicKey, 'watt/wallet/1', statement, config.wallet.signature)).toBe(true);

  const cold = createSigningKey();
  const asked = await wattNode([...base, '--wallet', cold.publicKey]);
  expect(asked.output).toContain(walletStatement({ nodeId, wallet: cold.publicKey }));
  const forged = await wattNode([...base, '--wallet', cold.publicKey, '--wallet-signature', 'A'.repeat(86)]);
  expect(forged).toMatchObject({ code: 1 });
  const signature = signText(cold, 'watt/wallet/1', walletStatement({ nodeId, wallet: cold.publicKey }));
  const taken = await wattNode([...base, '--wallet', cold.publicKey, '--wallet-signature', signature]);
  expect(taken.output).toContain(`${cold.publicKey}, proven`);
});

test.each([
  [['init', '--hoome', 'x'], 2, 'Did you mean --home?'],
  [['statsu'], 2, 'Did you mean status?'],
  [['init', '--router', 'http://router.example'], 1, 'add --insecure'],
  [['init'], 2, 'Give it with --router URL'],
  [['run'], 2, 'watt-node init'],
  [
    ['init', '--router', 'https://r.example', '--router-key', 'x'.repeat(44), '--class', 'tv'],
    1,
    'not a public key',
  ],
])('%j is told what is wrong', async (args, code, text) => {
  const ended = await wattNode([...args, ...(args[0] === 'statsu' ? [] : ['--home', home])]);
  expect(ended.output).toContain(text);
  expect(ended.output).not.toContain('    at ');
  expect(ended.code).toBe(code);
});

test('a key that others can read is refused', async () => {
  const key = createSigningKey().publicKey;
  await wattNode(['init', '--home', home, '--router', 'http://127.0.0.1:1', '--router-key', key]);
  await chmod(join(home, 'node-key.json'), 0o644);
  const ended = await wattNode(['run', '--home', home]);
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.output).toContain(`chmod 600 ${join(home, 'node-key.json')}`);
});

test('kill -9 loses no result: the next process sends what the last one had on disk', async () => {
  await using router = await startScriptedRouter();
  await using demo = await startSite();
  await wattNode(['init', '--home', home, '--router', router.http, '--services', 'scrape']);
  const first = run(demo.site);
  const peer = await router.accept();
  const [job, body] = jobOf({}, { ...scrapeRequest(), url: demo.url });
  peer.send(job, body);
  const sent = await peer.next('result');
  expect(sent).toMatchObject({ outcome: 'completed' });
  first.child.kill('SIGKILL');
  expect(await within(first.ended, 'the end')).toBe('SIGKILL');
  const dead = await wattNode(['status', '--home', home]);
  expect(dead).toMatchObject({ code: 3 });
  expect(dead.output).toContain('not running');

  run(demo.site);
  const next = await router.accept();
  expect(next.hello.results).toEqual([job.attempt_id]);
  const again = await next.next('result');
  expect({ attempt: again.attempt_id, body: again.body }).toEqual({
    attempt: job.attempt_id,
    body: sent.body,
  });
  next.send(ackOf(job.attempt_id));
  await eventually(
    async () =>
      JSON.parse((await wattNode(['status', '--home', home, '--json'])).output).status.unacknowledged,
  ).toBe(0);
});

test('SIGTERM drains: the job at hand is finished and acknowledged, then the process ends with 0', async () => {
  await using router = await startScriptedRouter();
  let respond: () => void = () => undefined;
  await using demo = await startSite((answer) => {
    respond = answer;
  });
  await wattNode(['init', '--home', home, '--router', router.http, '--services', 'scrape']);
  const running = run(demo.site);
  const peer = await router.accept();
  const [job, body] = jobOf({}, { ...scrapeRequest(), url: demo.url });
  const asked = new Promise((resolve) => demo.site.once('request', resolve));
  peer.send(job, body);
  await within(asked, 'the request');
  const busy = await wattNode(['status', '--home', home]);
  expect(busy.code).toBe(0);
  running.child.kill('SIGTERM');
  await peer.next('drain');
  respond();
  const result = await peer.next('result');
  expect(result).toMatchObject({ attempt_id: job.attempt_id, outcome: 'completed' });
  peer.send(ackOf(job.attempt_id));
  expect(await peer.next('bye')).toMatchObject({ code: 'bye' });
  expect(await within(running.ended, 'the end')).toBe(0);
  const stopped = await wattNode(['status', '--home', home]);
  expect(stopped.code).toBe(3);
  expect(stopped.output).toContain('70 WATT in all');
});

test('a second signal does not wait for the work', async () => {
  await using router = await startScriptedRouter();
  await using demo = await startSite(() => undefined);
  await wattNode(['init', '--home', home, '--router', router.http, '--services', 'scrape']);
  const running = run(demo.site);
  const peer = await router.accept();
  const asked = new Promise((resolve) => demo.site.once('request', resolve));
  peer.send(...jobOf({}, { ...scrapeRequest(), url: demo.url }));
  await within(asked, 'the request');
  running.child.kill('SIGTERM');
  await peer.next('drain');
  running.child.kill('SIGTERM');
  expect(await peer.next('refuse')).toMatchObject({ reason: 'draining' });
  expect(await within(running.ended, 'the end')).toBe(0);
});

test('a second process on the same home says who has it and ends', async () => {
  await using router = await startScriptedRouter();
  await wattNode(['init', '--home', home, '--router', router.http, '--services', 'scrape']);
  const running = run();
  await router.accept();
  const second = await within(run().ended, 'the second process');
  expect(second).toBe(1);
  expect(processes[1]?.output()).toContain(
    `Another watt-node runs on ${home} (process ${running.child.pid})`,
  );
});
