import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardRoutes } from '../../src/http/routes/dashboard.ts';

const FOLDER = join(import.meta.dirname, '../../dashboard');
const names = readdirSync(FOLDER);
const pathOf = (name: string): string => (name === 'index.html' ? '/dashboard' : `/dashboard/${name}`);
const TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

let app: FastifyInstance;
beforeAll(async () => {
  app = Fastify();
  dashboardRoutes(app);
  await app.ready();
});
afterAll(() => app.close());

describe.each(names)('%s', (name) => {
  it('is served with its type and a policy that lets nothing in from elsewhere', async () => {
    const answer = await app.inject({ url: pathOf(name) });
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.equals(readFileSync(join(FOLDER, name)))).toBe(true);
    expect(answer.headers['content-type']).toBe(`${TYPES[name.split('.').at(-1) ?? '']}; charset=utf-8`);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    const policy = String(answer.headers['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]),
    );
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:/);
  });

  it('is not sent again to who has it', async () => {
    const { etag } = (await app.inject({ url: pathOf(name) })).headers;
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    for (const known of [etag, `"other", W/${etag}`, '*']) {
      const again = await app.inject({ url: pathOf(name), headers: { 'if-none-match': String(known) } });
      expect(again).toMatchObject({ statusCode: 304, body: '' });
      expect(again.headers).toMatchObject({ etag, 'cache-control': 'no-cache' });
    }
    const changed = await app.inject({ url: pathOf(name), headers: { 'if-none-match': '"other"' } });
    expect(changed.statusCode).toBe(200);
  });

  it('names no other site, and makes no markup of text', () => {
    const text = readFileSync(join(FOLDER, name), 'utf8').replaceAll(
      "xmlns='http://www.w3.org/2000/svg'",
      '',
    );
    expect(text).not.toMatch(/https?:\/\/|(?:src|href|url\()\s*=?\s*["']?\/\//i);
    expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
    if (name.endsWith('.html')) {
      expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i);
    }
  });
});

it('loads only files that are there', () => {
  const wanted = names.flatMap((name) =>
    [
      ...readFileSync(join(FOLDER, name), 'utf8').matchAll(
        /(?:from '\.\/|(?:src|href)="dashboard\/)([^'"]+)/g,
      ),
    ].map(([, file = '']) => file),
  );
  expect(wanted.length).toBeGreaterThan(5);
  expect(wanted.filter((file) => !names.includes(file))).toEqual([]);
  expect(names.filter((name) => name !== 'index.html' && !wanted.includes(name))).toEqual([]);
});

it('sends who adds a slash to where the links of the page are right', async () => {
  const answer = await app.inject({ url: '/dashboard/' });
  expect(answer).toMatchObject({ statusCode: 308, headers: { location: '../dashboard' } });
});
