import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Keypair } from '@solana/web3.js';
import { createDockerEngine, prepareMachine } from '@watt/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { type Market, startMarket } from './start-market.ts';

const MAIN = fileURLToPath(new URL('../../../../node-agent/dist/main.js', import.meta.url));
const JOBS = 6;
const docker = createDockerEngine();
const { sandboxImage } = await prepareMachine({
  docker,
  cacheDir: join(tmpdir(), 'watt-sandbox-tests'),
  allowInstall: true,
  allowStart: true,
  report: () => undefined,
  want: { execute: true, scrapeJavascript: false },
});

let market: Market;
let agent: Keypair;
let folder: string;
const nodes: NodeProcess[] = [];

interface NodeProcess {
  child: ChildProcess;
  output: () => string;
  ended: Promise<unknown>;
}

beforeAll(async () => {
  market = await startMarket({ MAX_ATTEMPTS: '4', QUEUE_TIMEOUT_SECONDS: '60' });
  agent = await market.agent(50_000);
  folder = await mkdtemp(join(tmpdir(), 'watt-crash-'));
});
afterAll(async () => {
  for (const { child, ended } of nodes) {
    child.kill('SIGTERM');
    await ended;
  }
  await market.close();
  await rm(folder, { recursive: true, force: true });
});

function start(name: string, args: string[]): NodeProcess {
  const env = { PATH: process.env['PATH'] ?? '', WATT_NODE_HOME: join(folder, name) };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  return { child, output: () => text, ended: new Promise((resolve) => child.once('close', resolve)) };
}

/** A node of its own process with the real sandbox, as an operator runs it. */
async function startNode(name: string): Promise<NodeProcess> {
  const router = [
    '--router',
    market.router.url,
    '--router-key',
    market.router.context.secrets.routerKey.publicKey,
  ];
  await start(name, ['init', '--services', 'execute', '--name', name, '--no-wallet', ...router]).ended;
  const node = start(name, ['run']);
  nodes.push(node);
  const isOn = () => node.output().includes('connected');
  await expect.poll(isOn, { message: 'the node' }).toBe(true);
  return node;
}

async function buy(code: string): Promise<string> {
  const jobId = randomUUID();
  await pay(market, { from: agent, watt: 500, memo: jobId });
  const url = `${market.router.url}/api/v1/execute`;
  const body = { language: 'bash', code, job_id: jobId };
  expect((await call('POST', url, body, { prefer: 'respond-async' })).status).toBe(202);
  return jobId;
}

const jobOf = async (id: string) => (await call('GET', `${market.router.url}/api/v1/jobs/${id}`)).body;
const stateOf = async (id: string) => (await jobOf(id)).state;
/** The containers in which programs with this word in their command line run now, as the host sees them. */
function containersWith(word: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes(word))
    .flatMap((pid) => /[0-9a-f]{64}/.exec(read(`/proc/${pid}/cgroup`)) ?? []);
}

/** Empty where the process has gone in the meantime. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Each of these jobs was paid for once and for nothing else, and nothing is held any more. */
async function expectPaidOnce(jobIds: readonly string[]): Promise<void> {
  const captured = await market.sql`
    select job_id, count(*)::int as times from transfers
    where job_id = any(${jobIds as string[]}) and kind = 'capture_node' group by job_id`;
  expect(captured).toHaveLength(jobIds.length);
  expect(captured.every(({ times }) => times === 1)).toBe(true);
}

describe.skipIf(sandboxImage === null || sandboxImage.state === 'unavailable')(
  'real nodes that crash',
  () => {
    it('kill -9 of a node and of containers in mid-job, under load: every job ends right and is paid once', async () => {
      const doomed = await startNode('doomed');
      await startNode('steady');
      const word = `1.${randomInt(100_000, 999_999)}`;
      const jobIds = await Promise.all(
        Array.from({ length: JOBS }, (_, at) => buy(`sleep ${word}; echo ${at}`)),
      );
      await expect.poll(() => containersWith(word).length).toBeGreaterThan(2);
      const [victim = ''] = containersWith(word);
      await docker.kill(victim);
      doomed.child.kill('SIGKILL');
      for (const [at, id] of jobIds.entries()) {
        await expect.poll(() => stateOf(id)).toBe('succeeded');
        expect((await jobOf(id)).result.output.stdout).toBe(`${at}\n`);
      }
      await expectPaidOnce(jobIds);
    });

    it('somebody who watches hears a program while it runs, and the result says the same', async () => {
      const jobId = randomUUID();
      const heard: string[] = [];
      const { outputs } = market.router.context;
      outputs.watch(jobId, (event) => void heard.push(event.type === 'output' ? event.text : event.type));
      await pay(market, { from: agent, watt: 500, memo: jobId });
      const answered = call('POST', `${market.router.url}/api/v1/execute`, {
        language: 'bash',
        code: 'echo one; sleep 1; echo two',
        job_id: jobId,
      });
      await expect.poll(() => heard).toEqual(['attempt', 'one\n']);
      expect(await stateOf(jobId)).toBe('running');
      expect((await answered).body.output.stdout).toBe('one\ntwo\n');
      expect(heard).toEqual(['attempt', 'one\n', 'two\n', 'end']);
    });
  },
);
