import { expect, test } from 'vitest';
import { whyNoJobs, whyNoPay } from './explain.ts';
import type { NodeStatus } from './node-status.ts';

const now = Date.parse('2026-01-01T12:00:00.000Z');
const at = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

const status: NodeStatus = {
  version: 1,
  pid: 1,
  state: 'connected',
  since: at(5),
  started_at: at(5),
  updated_at: at(0),
  node_id: 'n',
  name: 'n',
  class: 'pc',
  software: '0',
  router: { url: 'https://r.example', key: 'k' },
  wallet: { address: 'w', proven: true },
  capabilities: { scrape: { slots: 1, javascript: false, screenshots: false }, execute: null },
  problems: [],
  running: [],
  unacknowledged: 0,
  jobs: { done: 0, failed: 0, refused: 0 },
  verdicts: { paid: 0, unpaid: 0, late: 0, unknown: 0, invalid: 0 },
  earned: { total_base: '0', today_base: '0', day: '2026-01-01' },
  last_job_at: null,
  last_unpaid: null,
  last_error: null,
  retry_at: null,
};

test.each<[string, Partial<NodeStatus>, RegExp | null]>([
  ['all is well', {}, null],
  ['it is not running', { state: 'stopped' }, /watt-node run/],
  ['it drains', { state: 'draining' }, /finishing/],
  ['it connects', { state: 'connecting' }, /is connecting/],
  [
    'the router has another key',
    { state: 'connecting', last_error: { at: at(1), code: 'wrong_router_key', message: 'another key' } },
    /another key\. Somebody else.*--router-key/,
  ],
  ['nothing works here', { capabilities: { scrape: null, execute: null } }, /Nothing that this node offers/],
  ['every slot is taken', { running: [{ job_id: 'j', service: 'scrape' }] }, /All slots/],
  ['it is quiet', { since: at(120), last_job_at: at(30) }, /for 30 minutes/],
])('no jobs when %s', (_, change, expected) => {
  const why = whyNoJobs({ ...status, ...change }, now);
  if (expected) expect(why).toMatch(expected);
  else expect(why).toBeNull();
});

test.each<[string, Partial<NodeStatus>, RegExp | null]>([
  ['all is well', {}, null],
  ['there is no wallet', { wallet: null }, /--wallet/],
  ['the wallet is not proven', { wallet: { address: 'w', proven: false } }, /not proven/],
  [
    'a result was late',
    { last_unpaid: { at: at(1), verdict: 'late', message: '' } },
    /after its lease was over/,
  ],
])('no pay when %s', (_, change, expected) => {
  const why = whyNoPay({ ...status, ...change });
  if (expected) expect(why).toMatch(expected);
  else expect(why).toBeNull();
});
