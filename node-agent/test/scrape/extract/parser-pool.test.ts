import { parseSelectors } from '@watt/shared';
import { afterEach, expect, test, vi } from 'vitest';
import type { ParseJob } from '../../../src/scrape/extract/parse-job.ts';
import { createParserPool, type ParserPool } from '../../../src/scrape/extract/parser-pool.ts';

const NEVER = new AbortController().signal;
/** Takes minutes: each element is compared with all that stand before it. */
const ENDLESS = {
  body: `<body>${'<div></div>'.repeat(60_000)}`,
  fields: parseSelectors({ x: 'p ~ div' }),
};

let pool: ParserPool;
afterEach(() => pool.close());

const open = (threads: number, heapMb = 256) => {
  pool = createParserPool({ threads, heapMb });
};
const page = (more: Partial<ParseJob> = {}): ParseJob => ({
  ...{ body: '<title>t</title><p>text', url: 'https://site.test/', kind: 'html', charset: undefined },
  ...{ format: 'text', maxElements: 500_000, maxResultBytes: 1_000_000 },
  ...more,
});

test('bytes are handed over, text is copied, small bytes leave their pool alone', async () => {
  open(1);
  const large = Buffer.from(`<title>t</title><p>${'x '.repeat(50_000)}`);
  expect((await pool.parse(page({ body: large }), NEVER)).encoding).toBe('UTF-8');
  expect(large.byteLength).toBe(0);
  const small = Buffer.from('<title>s</title>');
  expect(await pool.parse(page({ body: small }), NEVER)).toMatchObject({ title: 's', encoding: 'UTF-8' });
  expect(small.toString()).toBe('<title>s</title>');
  expect(await pool.parse(page(), NEVER)).toMatchObject({ data: { text: 'text' }, encoding: null });
});

test('a page that hangs is killed with its thread, beside another that goes on, and the next has a new one', async () => {
  open(2);
  const stop = new AbortController();
  const hung = pool.parse(page(ENDLESS), stop.signal);
  const others = await Promise.all(Array.from({ length: 5 }, () => pool.parse(page(), NEVER)));
  expect(others.map(({ title }) => title)).toEqual(['t', 't', 't', 't', 't']);
  stop.abort(new Error('out of time'));
  await expect(hung).rejects.toThrow('out of time');
  const after = await Promise.all([pool.parse(page(), NEVER), pool.parse(page(), NEVER)]);
  expect(after.map(({ title }) => title)).toEqual(['t', 't']);
});

test('a page that takes long holds nobody up', async () => {
  open(1);
  const stop = new AbortController();
  const hung = [pool.parse(page(ENDLESS), stop.signal), pool.parse(page(ENDLESS), stop.signal)];
  expect(await pool.parse(page(), NEVER)).toMatchObject({ title: 't' });
  stop.abort(new Error('out of time'));
  for (const one of hung) await expect(one).rejects.toThrow('out of time');
  expect(await pool.parse(page(), NEVER)).toMatchObject({ title: 't' });
});

test('who gives up in the line disturbs nobody', async () => {
  open(1);
  const stop = new AbortController();
  const hung = pool.parse(page(ENDLESS), stop.signal);
  const early = new AbortController();
  const waiting = pool.parse(page(), early.signal);
  early.abort(new Error('not any more'));
  await expect(waiting).rejects.toThrow('not any more');
  stop.abort(new Error('out of time'));
  await expect(hung).rejects.toThrow('out of time');
  expect(await pool.parse(page(), NEVER)).toMatchObject({ title: 't' });
});

test('a page that needs more memory than a page may have ends alone', async () => {
  open(1, 32);
  const body = '<p>x<b>y</b></p>'.repeat(400_000);
  await expect(pool.parse(page({ body, maxElements: 10_000_000 }), NEVER)).rejects.toMatchObject({
    reason: 'too_large',
  });
  expect(await pool.parse(page(), NEVER)).toMatchObject({ title: 't' });
});

test.each(['text', 'json', 'html', 'markdown'] as const)(
  'a result that is too large is refused, as %s',
  async (format) => {
    open(1);
    const body = `<title>t</title><p>${'word '.repeat(1_000)}`;
    const job = page({ body, format, maxResultBytes: 4_000 });
    await expect(pool.parse(job, NEVER)).rejects.toMatchObject({ reason: 'too_large' });
  },
);

test('half a surrogate pair becomes a character that has a UTF-8 form, and a backslash before it stays', async () => {
  open(1);
  const body = '<p>a\ud800b \\\ud800 \\\\ud800 😀</p>';
  const { data } = await pool.parse(page({ body }), NEVER);
  expect(data).toEqual({ title: null, text: 'a\ufffdb \\\ufffd \\\\ud800 😀' });
});

test('what a large page took of the machine is given back once nobody needs its thread', async () => {
  open(1, 1024);
  await pool.parse(page(), NEVER);
  const before = residentMb();
  const large = { body: '<i></i>'.repeat(600_000), maxElements: 1_000_000 };
  for (let turn = 0; turn < 2; turn += 1) await pool.parse(page(large), NEVER);
  expect(residentMb() - before).toBeGreaterThan(80);
  await vi.waitFor(() => expect(residentMb() - before).toBeLessThan(60), { timeout: 60_000, interval: 200 });
  expect(await pool.parse(page(), NEVER)).toMatchObject({ title: 't' });
});

function residentMb(): number {
  return process.memoryUsage.rss() / 1024 / 1024;
}
