import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../src/scrape/find-chromium.ts';
import type { ScrapeOutcome } from '../../src/scrape/scrape-task.ts';
import { type Scrape, startScraper } from './start-scraper.ts';
import { bytesPage, redirectPage, startWebSite, type WebSite } from './web-site.ts';

const late = (ms: number, script: string) =>
  bytesPage(`<title>late</title><p id=p>early</p><script>setTimeout(()=>{${script}},${ms})</script>`);

describe.skipIf(findChromium() === null)('what agents ask of the browser', () => {
  let site: WebSite;
  let scrape: Scrape;
  let close: () => Promise<void>;
  const headers: Record<string, string | undefined>[] = [];

  beforeAll(async () => {
    site = await startWebSite({
      '/late': late(1200, 'p.textContent="late";p.className="done"'),
      '/never': late(99_999, ''),
      '/chatty': bytesPage(
        '<title>chatty</title><p id=p>0</p><script>n=0;(async()=>{while(n<6){await fetch("/tick?"+n);await new Promise(r=>setTimeout(r,150));p.textContent=++n}})()</script>',
      ),
      '/tick': bytesPage('x'),
      '/form': bytesPage(
        '<title>form</title><input id=q><button id=b onclick="out.textContent=q.value.toUpperCase()">go</button><p id=out></p><a id=away href="/there">there</a>',
      ),
      '/there': bytesPage('<title>there</title><p>arrived</p>'),
      '/endless': bytesPage(
        '<title>endless</title><div id=list></div><script>n=0;more=()=>{for(i=0;i<5;i++){d=document.createElement("div");d.style.height="400px";d.textContent="item "+n++;list.append(d)}};more();onscroll=()=>{if(n<40&&scrollY+innerHeight>document.body.scrollHeight-500)more()}</script>',
      ),
      '/window': bytesPage(
        '<title>window</title><body style="margin:0"><p id=p></p><div id=box style="position:absolute;left:50px;top:2000px;width:120px;height:80px;background:red"></div><script>p.textContent=[innerWidth,innerHeight,devicePixelRatio,navigator.language,/Mobile/.test(navigator.userAgent),"ontouchstart" in window].join()</script>',
      ),
      '/echo': (request, response) => {
        headers.push({ path: request.url ?? '', ...(request.headers as Record<string, string>) });
        response.setHeader('content-type', 'text/html');
        response.end('<title>echo</title><img src="/echo?img"><script>fetch("/echo?fetch")</script>');
      },
      '/away': (request, response, url) =>
        redirectPage(`http://other.test:${site.port}/echo?other`)(request, response, url),
      '/crash': bytesPage(
        '<title>crash</title><script>setTimeout(()=>{a=[];for(;;)a.push(new Array(1e6).fill(a.length))},50)</script>',
      ),
      '/robots.txt': bytesPage('User-agent: *\nDisallow: /never', { 'content-type': 'text/plain' }),
    });
    const started = await startScraper({
      allow: [site.port],
      names: { 'site.test': ['127.0.0.1'], 'other.test': ['127.0.0.1'] },
      withBrowser: true,
      limits: { pageMemoryMb: 400 },
    });
    scrape = started.scrape;
    close = () => started.scraper.close();
  });

  afterAll(async () => {
    await close?.();
    await site?.close();
  });

  const at = (path: string) => `http://site.test:${site.port}${path}`;
  const open = (
    path: string,
    options: Parameters<Scrape>[1] extends { options?: infer O } | undefined ? O : never,
  ) => scrape(at(path), { options: { javascript: true, ...options } });
  const artifactsOf = (outcome: ScrapeOutcome) => (outcome.kind === 'completed' ? outcome.artifacts : []);

  test('it waits for an element, for silence, for a time', async () => {
    expect(await open('/late', { wait_for: { selector: 'p.done' } })).toMatchObject({
      data: { text: 'late' },
    });
    expect(await open('/late', { wait_for: { ms: 1500 } })).toMatchObject({ data: { text: 'late' } });
    expect(await open('/chatty', { wait_for: { network_idle: true } })).toMatchObject({
      data: { text: '6' },
    });
  });

  test('what does not come fails the page, with its reason, before the time is over', async () => {
    expect(await open('/never', { wait_for: { selector: '#none' }, timeout: 12 })).toMatchObject({
      reason: 'wait_for',
      code: 'SCRAPE_FAILED',
    });
  });

  test('it types, clicks, presses keys and follows where that leads', async () => {
    const actions = [
      { type: 'type' as const, selector: '#q', text: 'hello' },
      { type: 'click' as const, selector: '#b' },
    ];
    expect(
      await scrape(at('/form'), { options: { javascript: true, actions }, selectors: { out: '#out' } }),
    ).toMatchObject({
      data: { out: 'HELLO' },
    });
    const follow = [{ type: 'click' as const, selector: '#away' }];
    expect(await open('/form', { actions: follow })).toMatchObject({
      data: { title: 'there' },
      metadata: { url: at('/there') },
    });
    const missing = [{ type: 'click' as const, selector: '#none' }];
    expect(await open('/form', { actions: missing, timeout: 8 })).toMatchObject({ reason: 'action' });
    expect(await open('/form', { actions: [{ type: 'press', key: 'NoSuchKey' }] })).toMatchObject({
      reason: 'action',
    });
  });

  test('it scrolls until nothing more comes', async () => {
    const [plain, scrolled] = [await open('/endless', {}), await open('/endless', { scroll: true })];
    expect(JSON.stringify(plain)).not.toContain('item 39');
    expect(JSON.stringify(scrolled)).toContain('item 39');
  });

  test('window, device and language', async () => {
    const text = async (options: object) => {
      const outcome = await open('/window', options);
      return outcome.kind === 'completed' ? outcome.data['text'] : outcome.message;
    };
    expect(await text({})).toBe('1280,800,1,en-US,false,false');
    expect(await text({ viewport: { width: 700, height: 500 }, language: 'de-DE,de;q=0.9' })).toBe(
      '700,500,1,de-DE,false,false',
    );
    expect(await text({ device: 'mobile' })).toMatch(/^\d+,\d+,2,en-US,true,true$/);
  });

  test('pictures in three formats, of the whole page, the window or an element; and a PDF', async () => {
    const shoot = async (screenshot: object) =>
      artifactsOf(await open('/window', { screenshots: true, screenshot }))[0];
    expect(await shoot({ format: 'jpeg', quality: 40 })).toMatchObject({
      content_type: 'image/jpeg',
      width: 1280,
      height: 2080,
    });
    expect(await shoot({ full_page: false, format: 'webp' })).toMatchObject({
      content_type: 'image/webp',
      width: 1280,
      height: 800,
    });
    expect(await shoot({ selector: '#box' })).toMatchObject({
      content_type: 'image/png',
      width: 120,
      height: 80,
    });
    expect(
      await open('/window', { screenshots: true, screenshot: { selector: '#none' }, timeout: 5 }),
    ).toMatchObject({
      reason: 'selector',
    });
    const [pdf] = artifactsOf(await scrape(at('/window'), { options: { pdf: true } }));
    expect(pdf).toMatchObject({ field: 'pdf', content_type: 'application/pdf' });
    expect(Buffer.from(pdf?.bytes.subarray(0, 5) ?? []).toString()).toBe('%PDF-');
  });

  test('headers and cookies go to the named host, not where it redirects', async () => {
    headers.length = 0;
    const options = {
      headers: { 'X-Mine': 'secret', Authorization: 'Bearer secret' },
      cookies: { session: 'secret' },
      user_agent: 'agent/2',
    };
    expect(await open('/echo', options)).toMatchObject({ data: { title: 'echo' } });
    expect(headers.find(({ path }) => path === '/echo')).toMatchObject({
      'x-mine': 'secret',
      authorization: 'Bearer secret',
      cookie: 'session=secret',
      'user-agent': 'agent/2',
    });
    expect(headers.find(({ path }) => path === '/echo?fetch')).toMatchObject({ 'x-mine': 'secret' });
    headers.length = 0;
    expect(await open('/away', options)).toMatchObject({
      metadata: { url: `http://other.test:${site.port}/echo?other` },
    });
    expect(headers.length).toBeGreaterThan(0);
    expect(JSON.stringify(headers)).not.toContain('secret');
  });

  test('robots.txt holds for the browser too', async () => {
    expect(await open('/never', { respect_robots: true })).toMatchObject({ reason: 'robots' });
  });

  test('renderers are sandboxed, and are not root', async () => {
    const waiting = open('/never', { wait_for: { ms: 3000 } });
    // A renderer that has just been forked is not in its sandbox yet.
    await expect
      .poll(() => {
        const renderers = renderersOfThisTest();
        const isConfined = (status: string) => /^Seccomp:\t2$/m.test(status) && !/^Uid:\t0/m.test(status);
        return renderers.length > 0 && renderers.every(isConfined);
      })
      .toBe(true);
    await waiting;
  });

  test('a page that eats all memory fails alone, and its neighbour is served', async () => {
    const eating = open('/crash', { timeout: 30, wait_for: { ms: 25_000 } });
    expect(await open('/form', {})).toMatchObject({ data: { title: 'form' } });
    expect(await eating).toMatchObject({ reason: 'crash', code: 'SCRAPE_FAILED' });
    expect(await open('/form', {})).toMatchObject({ data: { title: 'form' } });
  });
});

/** `/proc/…/status` of the renderers whose browser this process started. */
function renderersOfThisTest(): string[] {
  const read = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      // Gone between the listing and the look.
      return '';
    }
  };
  const groups = new Set<string>();
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const statOf = (pid: string) =>
    read(pid, 'stat')
      .replace(/^.*\) /s, '')
      .split(' ');
  for (const pid of pids) {
    const [, parent, group = ''] = statOf(pid);
    if (Number(parent) === process.pid && /chrom/.test(read(pid, 'cmdline'))) groups.add(group);
  }
  return pids
    .filter((pid) => groups.has(statOf(pid)[2] ?? '') && read(pid, 'cmdline').includes('--type=renderer'))
    .map((pid) => read(pid, 'status'));
}
