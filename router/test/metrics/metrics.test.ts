import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type TestServer } from '../http/start-server.ts';

const OPERATIONS = readFileSync(
  fileURLToPath(new URL('../../../docs/OPERATIONS.md', import.meta.url)),
  'utf8',
);
let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const scrape = async (): Promise<string> => (await server.send('GET', '/metrics')).text;
const figure = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1).replace('+Inf', 'Infinity'));
};

it('tells money, work and requests in Prometheus’s format', async () => {
  server.solana.finalizedSlot = 10n;
  const signature = server.solana.pay({ from: 'alice', amount: 2_500_000n, memo: null, slot: 3 });
  const row = server.solana.listed.find((listed) => listed.signature === signature);
  if (row) row.finalized = true;
  await server.router.context.payments.sync(5000);
  await server.router.context.reconciler.check();
  await server.send('GET', '/api/v1/jobs/00000000-0000-4000-8000-000000000000');
  const answer = await server.send('GET', '/metrics');
  expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4');
  const { text } = answer;
  expect(figure(text, 'watt_solvency{state="solvent"}')).toBe(1);
  expect(figure(text, 'watt_solvency{state="frozen"}')).toBe(0);
  expect(figure(text, 'watt_received_watt')).toBe(2.5);
  expect(figure(text, 'watt_chain_watt')).toBe(2.5);
  expect(figure(text, 'watt_account_watt{account="customers"}')).toBe(2.5);
  expect(figure(text, 'watt_payments{state="finalized"}')).toBe(1);
  expect(figure(text, 'watt_nodes_online')).toBe(0);
  expect(figure(text, 'watt_reconciliation_age_seconds')).toBeLessThan(60);
  expect(text).toContain(
    'watt_http_request_duration_seconds_count{method="GET",route="/api/v1/jobs/:id",status="404"} 1',
  );
});

it('says that payouts are frozen as soon as they are', async () => {
  await server.db.database.sql`
    insert into payout_freezes (cause, detail) values ('operator', 'the test says so')`;
  const text = await scrape();
  expect(figure(text, 'watt_payout_freezes')).toBe(1);
  expect(figure(text, 'watt_solvency{state="frozen"}')).toBe(1);
  const solvency = await server.send('GET', '/api/v1/solvency');
  expect(solvency.headers['cache-control']).toBe('no-store');
  expect(solvency.json).toMatchObject({
    state: 'frozen',
    frozen: true,
    freezes: [{ cause: 'operator', detail: 'the test says so' }],
    chain: { watt: '2.5', slot: 10, on_record: '2.5' },
    liabilities: { total: '2.5', customers: '2.5' },
    ratio: 1,
  });
  await server.db.database.sql`update payout_freezes set released_at = now(), release = 'over'`;
});

it('has every name in docs/OPERATIONS.md, and none there that does not exist', async () => {
  const names = new Set([...(await scrape()).matchAll(/^# TYPE (watt_\w+)/gm)].map(([, name]) => name));
  const table = OPERATIONS.slice(OPERATIONS.indexOf('## Metrics'));
  const told = new Set([...table.matchAll(/^\| `(watt_\w+?)(?:\{[^}]*\})?`/gm)].map(([, name]) => name));
  expect([...told].sort()).toEqual([...names].sort());
});
