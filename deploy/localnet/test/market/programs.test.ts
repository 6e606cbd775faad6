import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Keypair } from '@solana/web3.js';
import { verifyReceipt } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NodeProcess, startWattNode } from '../../../../node-agent/test/cli/node-process.ts';
import { realImage } from '../../../../node-agent/test/sandbox/real-sandbox.ts';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { type Market, startMarket } from './start-market.ts';

const image = await realImage();

let market: Market;
let agent: Keypair;
let home: string;
let node: NodeProcess | undefined;

const at = (path: string) => `${market.router.url}${path}`;
const runNode = (args: string[]) => startWattNode(args, { WATT_NODE_HOME: home });
const isListed = async () => {
  const { languages } = (await call('GET', at('/api/v1/languages'))).body;
  return languages.find(({ language }: { language: string }) => language === 'python').toolchains.length > 0;
};

beforeAll(async () => {
  market = await startMarket({ QUEUE_TIMEOUT_SECONDS: '10' });
  agent = await market.agent(5_000);
  home = await mkdtemp(join(tmpdir(), 'watt-programs-'));
  const router = [
    '--router',
    market.router.url,
    '--router-key',
    market.router.context.secrets.routerKey.publicKey,
  ];
  await runNode(['init', '--services', 'execute', '--name', 'programs', '--no-wallet', ...router]).ended;
  node = runNode(['run']);
  while (!(await isListed())) await new Promise((resolve) => setTimeout(resolve, 100));
});
afterAll(async () => {
  node?.child.kill('SIGTERM');
  await node?.ended;
  await market.close();
  await rm(home, { recursive: true, force: true });
});

async function buy(more: object) {
  const jobId = randomUUID();
  await pay(market, { from: agent, watt: 300, memo: jobId });
  const body = { job_id: jobId, language: 'python', timeout: 5, memory_mb: 128, ...more };
  return { jobId, request: body, answer: await call('POST', at('/api/v1/execute'), body) };
}

describe.skipIf(image === null)('a program of an agent', () => {
  it('gets its inputs, and its files come back within the receipt', async () => {
    const code = `
import sys
text = sys.stdin.read() + open('in/word.txt').read() + sys.argv[1]
open('out.bin', 'wb').write(text.encode() + b'\\0')
print(len(text))`;
    const { jobId, request, answer } = await buy({
      ...{ code, stdin: 'YSA=', stdin_encoding: 'base64', args: ['!'], artifacts: ['out.bin', 'none'] },
      files: [{ path: 'in/word.txt', content: 'word' }],
    });
    expect(answer.body).toMatchObject({
      success: true,
      output: { stdout: '7\n', flags: ['ARTIFACT_MISSING'] },
      data: {
        'out.bin': { size_bytes: 8, base64: Buffer.from('a word!\0').toString('base64') },
        none: { problem: 'missing' },
      },
      metadata: { image: expect.stringMatching(/^sha256:/), isolation: expect.any(String) },
      watt_charged: 300,
    });
    const { body: receipt } = await call('GET', at(`/api/v1/jobs/${jobId}/receipt`));
    const requestBody = JSON.stringify(request);
    const router = market.router.context.secrets.routerKey.publicKey;
    expect(verifyReceipt(receipt, { router, requestBody, response: answer.body })).toMatchObject({
      valid: true,
    });
  });

  it('that uses up its memory is charged, and told so', async () => {
    const { answer } = await buy({ code: 'bytearray(1 << 30)' });
    expect(answer.body).toMatchObject({
      code: 'OUT_OF_MEMORY',
      watt_charged: 300,
      metadata: { oom: true },
    });
  });

  it('that asks for more isolation than there is finds no node, and is not charged', async () => {
    const { answer } = await buy({ code: 'print(1)', isolation: 'vm' });
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      code: 'NO_NODE_AVAILABLE',
      error: 'No node that can do this is online with vm isolation',
      watt_charged: 0,
    });
  });

  it('with a path that leads out is refused before it is paid for', async () => {
    const files = [{ path: '../etc/passwd', content: '' }];
    const body = { language: 'python', code: 'print(1)', files };
    const answer = await call('POST', at('/api/v1/execute'), body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ field: 'files.0.path' }]);
  });
});
