import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSigningKey } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetworkFile } from '../src/network/network-file.ts';
import { endLeftovers } from '../src/state/process-list.ts';
import { freePorts, type LocalnetRun, runLocalnet } from './run-localnet.ts';

let dir: string;
let env: Record<string, string>;
let running: LocalnetRun | null = null;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'watt-story-'));
  env = { ...(await freePorts()), WATT_STATE_DIR: dir };
});

afterAll(async () => {
  if (running && running.child.exitCode === null) running.child.kill('SIGKILL');
  await endLeftovers(join(dir, 'processes.json'));
  await rm(dir, { recursive: true, force: true });
});

// One network through its life: each test starts where the one before left it.
describe.sequential('npm start', () => {
  let first: NetworkFile;

  test('tells the whole story on a new network and ends with 0', async () => {
    const run = runLocalnet(['--once'], env);
    const code = await run.ended;
    const output = run.output();
    expect(output).not.toMatch(/^✗/m);
    expect(code).toBe(0);
    const lines = [
      'quote',
      'pay',
      'scrape',
      'browser',
      'Python',
      'JavaScript',
      'Bash',
      'retry',
      'receipts',
      'ledger',
      'chain',
      'earned',
    ];
    for (const line of lines) expect(output).toMatch(new RegExp(`^✓ ${line} `, 'm'));
    expect(output).toMatch(/✓ retry .* 0 WATT/);
    expect(output).toContain('5 verified offline');
    // 200 for the page, 800 for the browser with a picture, 300 for each program; 70 % of it to the nodes.
    expect(output).toContain('1900 in = 1330 nodes + 567.15 revenue + 2.85 burn + 0 customers + 0 held');

    const [picture] = await readdir(join(dir, 'story'));
    const png = await readFile(join(dir, 'story', picture ?? ''));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    first = await readNetwork();
    expect((await stat(first.agent_key_file)).mode & 0o777).toBe(0o600);
    expect(await endLeftovers(join(dir, 'processes.json'))).toEqual([]);
  });

  test('starts again where it stopped, and outsiders can join', async () => {
    // Quick slots: what is paid out is final in seconds.
    running = runLocalnet(['--slot-ms', '100'], env);
    await running.printed('stays up until Ctrl-C');
    expect(running.output()).toContain('3800 in = 2660 nodes');
    await running.printed('✓ paid out');
    const network = await readNetwork();
    expect(network).toEqual({ ...first, pid: running.child.pid, started_at: network.started_at });

    const wallet = createSigningKey().publicKey;
    const given = await post(network.faucet_url, { wallet, watt: 0.5, sol: 1 });
    expect(given).toMatchObject({ status: 200, body: { success: true, wallet, watt: '0.5' } });
    const refused = await post(network.faucet_url, { wallet: 'me', watt: 1 });
    expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });

    const output = running.output();
    const example = output.slice(output.indexOf('  curl')).split('\n').slice(0, 2).join('\n');
    const { stdout } = await promisify(execFile)('sh', ['-c', example]);
    expect(JSON.parse(stdout)).toMatchObject({ success: true, watt: 200 });
  });

  test('sells to one who follows the specification by hand', async () => {
    const { router_url: url, demo_site_url: site } = await readNetwork();
    const jobId = randomUUID();
    const example = join(import.meta.dirname, '..', 'examples', 'pay-by-memo.mjs');
    await promisify(execFile)(process.execPath, [example, jobId, '200', join(dir, 'network.json')]);
    const request = {
      url: `${site}/table`,
      job_id: jobId,
      output_format: 'json',
      selectors: { title: 'h1' },
    };
    const answer = await post(`${url}/api/v1/scrape`, request);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        success: true,
        job_id: jobId,
        data: { title: 'What the mill made' },
        watt_charged: 200,
        watt_burned: 0.3,
      },
    });
  });

  test('refuses to run twice in one place', async () => {
    const second = runLocalnet(['--once'], env);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`A network runs here already (process ${running?.child.pid})`);
  });

  test('starts a process again that was killed', async () => {
    const router = (await listedProcesses()).find(({ name }) => name === 'router');
    process.kill(router?.pid ?? 0, 'SIGKILL');
    await running?.printed('router was ended by SIGKILL; starting it again');
    await running?.printed('router is back');
    const { router_url: url } = await readNetwork();
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  test('recovers from being killed, with what it left running', async () => {
    running?.child.kill('SIGKILL');
    await running?.ended;
    const again = runLocalnet(['--once'], env);
    expect(await again.ended, again.output()).toBe(0);
    expect(again.output()).toMatch(/✓ leftovers .*postgres.*chain|✓ leftovers .*chain.*postgres/);
    expect(again.output()).toContain('5900 in = 4130 nodes');
    expect(await endLeftovers(join(dir, 'processes.json'))).toEqual([]);
  });

  test('goes on without Docker and Chromium, and says what it skipped', async () => {
    const run = runLocalnet(['--once'], { ...env, WATT_DOCKER: 'off', WATT_CHROMIUM: 'off' });
    expect(await run.ended, run.output()).toBe(0);
    for (const line of ['browser', 'Python', 'JavaScript', 'Bash']) {
      expect(run.output()).toMatch(new RegExp(`^– ${line} +skipped`, 'm'));
    }
    expect(run.output()).toContain('1 verified offline');
  });

  test('names a port that is taken, and how to choose another', async () => {
    const { createServer } = await import('node:net');
    const port = Number(env.ROUTER_PORT);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      const run = runLocalnet(['--once'], { ...env, WATT_DOCKER: 'off', WATT_CHROMIUM: 'off' });
      expect(await run.ended).toBe(1);
      expect(run.output()).toContain(`Port ${port} (ROUTER_PORT) is taken`);
    } finally {
      server.close();
    }
  });

  test('stops in order when it is told to', async () => {
    const run = runLocalnet([], { ...env, WATT_DOCKER: 'off', WATT_CHROMIUM: 'off' });
    await run.printed('✓ router');
    run.child.kill('SIGINT');
    expect(await run.ended).not.toBeNull();
    expect(await endLeftovers(join(dir, 'processes.json'))).toEqual([]);
  });
});

async function readNetwork(): Promise<NetworkFile> {
  return JSON.parse(await readFile(join(dir, 'network.json'), 'utf8')) as NetworkFile;
}

async function listedProcesses(): Promise<{ name: string; pid: number }[]> {
  return JSON.parse(await readFile(join(dir, 'processes.json'), 'utf8')) as { name: string; pid: number }[];
}

async function post(url: string, body: unknown) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
