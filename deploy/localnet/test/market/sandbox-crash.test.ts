import { randomInt, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NodeProcess, startWattNode } from '../../../../node-agent/test/cli/node-process.ts';
import { docker, realImage } from '../../../../node-agent/test/sandbox/real-sandbox.ts';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { type Market, startMarket } from './start-market.ts';

const JOBS = 6;
const image = await realImage();

let market: Market;
let agent: Keypair;
let folder: string;
const nodes: NodeProcess[] = [];

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

const start = (name: string, args: string[]): NodeProcess =>
  startWattNode(args, { WATT_NODE_HOME: join(folder, name) });

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

describe.skipIf(image === null)('real nodes that crash', () => {
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
});
