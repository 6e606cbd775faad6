import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Scraper } from '../../src/scrape/create-scraper.ts';
import { findChromium } from '../../src/scrape/find-chromium.ts';
import { NASTY_PAGES, startRawServer } from './nasty-pages.ts';
import { type Scrape, startScraper } from './start-scraper.ts';
import { bytesPage, type Page, redirectPage, startWebSite, type WebSite } from './web-site.ts';

/** A few milliseconds on an idle machine. Without a deadline these pages would never end. */
const OVERSHOOT_MS = 30_000;
const javascript = { options: { javascript: true } };
const RENDERED = bytesPage(
  '<!doctype html><html lang=en><title>shell</title><div id=app>loading</div><script>fetch("/api").then(r=>r.json()).then(j=>{document.title=j.title;app.innerHTML="<h1>"+j.title+"</h1><p>by script</p>"})</script>',
);
const PAGES: Record<string, Page> = {
  ...NASTY_PAGES,
  '/app': RENDERED,
  '/api': bytesPage('{"title":"rendered"}', { 'content-type': 'application/json' }),
  '/loop-script': bytesPage('<title>loop</title><script>while(true);</script>'),
  '/dialogs': bytesPage(
    '<title>dialogs</title><script>alert(1);confirm(2);prompt(3);document.title="after"</script>',
  ),
  '/tall': bytesPage(
    '<title>tall</title><div style="height:3000px;background:linear-gradient(red,blue)">tall</div>',
  ),
  '/taller': bytesPage('<title>taller</title><div style="height:50000px">taller</div>'),
  '/grow': bytesPage(
    '<title>grow</title><body hidden><script>s="x".repeat(1e6);for(i=0;i<40;i++)document.body.append(s)</script>',
  ),
  '/liar': bytesPage(
    '<title>liar</title><script>Object.defineProperty(Element.prototype,"outerHTML",{get:()=>"lies"});XMLSerializer=null</script><p>truth</p>',
  ),
  '/soft': bytesPage('<title>soft</title><script>location.replace("/arrived")</script>'),
  '/hang': () => undefined,
  '/stuck': bytesPage('<title>stuck</title><p>text</p><script async src="/silent"></script>'),
  '/pictures': bytesPage(
    '<title>pictures</title><p>text</p><img src="/silent"><video src="/silent"></video>',
  ),
  '/download': bytesPage('x', {
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
  }),
  '/cookie': bytesPage(
    '<title>c</title><script>document.title=document.cookie||"none";document.cookie="a=1"</script>',
  ),
  '/alerts': bytesPage('<title>alerts</title><p>text</p><script>setInterval(()=>alert("again"),1)</script>'),
  '/popups': bytesPage(
    '<title>popups</title><p>text</p><script>for(i=0;i<30;i++)open("/arrived?"+i)</script>',
  ),
  '/downloads': bytesPage(
    '<title>downloads</title><p>text</p><script>for(i=0;i<10;i++){f=document.createElement("iframe");f.src="/download?"+i;document.body.append(f)}</script>',
  ),
  '/unload': bytesPage(
    '<title>unload</title><p>text</p><script>onbeforeunload=e=>{e.preventDefault();return "stay"};onpagehide=()=>{while(true);}</script>',
  ),
  '/prints': bytesPage('<title>prints</title><p>text</p><script>print()</script>'),
  '/asks': bytesPage(
    '<title>asks</title><p>text</p><script>navigator.geolocation.getCurrentPosition(()=>0);Notification.requestPermission();navigator.mediaDevices?.getUserMedia({audio:true}).catch(()=>0)</script>',
  ),
  '/history': bytesPage(
    '<title>history</title><p>text</p><script>for(i=0;i<500;i++)try{history.pushState(0,"","?"+i)}catch{}</script>',
  ),
  '/hashes': bytesPage(
    '<title>hashes</title><p>text</p><script>setInterval(()=>{location.hash=Math.random()},1)</script>',
  ),
  '/mutates': bytesPage(
    '<title>mutates</title><p>text</p><script>setInterval(()=>{document.body.append(document.createElement("i"))},0)</script>',
  ),
  '/frames': bytesPage(
    '<title>frames</title><p>text</p><iframe src="/frames"></iframe><iframe src="/frames?2"></iframe>',
  ),
  '/worker-loops': bytesPage(
    '<title>workers</title><p>text</p><script>for(i=0;i<4;i++)new Worker(URL.createObjectURL(new Blob(["while(true);"])))</script>',
  ),
  '/reloads': bytesPage('<title>reloads</title><script>location.reload()</script>'),
  '/writes': bytesPage(
    '<title>writes</title><script>setTimeout(()=>{document.open();document.write("<title>written</title><p>anew</p>");document.close()},20)</script>',
  ),
  '/gone': bytesPage('<title>gone</title><p>text</p><script>document.documentElement.remove()</script>'),
  '/stop': bytesPage('<title>stop</title><p>before</p><script>stop()</script><p>after'),
  '/stop-halfway': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.write(`<title>halfway</title><p>first half</p>${' '.repeat(4000)}<script>stop()</script>`);
  },
  '/streams': bytesPage(
    '<title>streams</title><p>text</p><script>for(i=0;i<3;i++)new EventSource("/stream?"+i)</script>',
  ),
  '/stream': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\n');
  },
  '/nowhere': bytesPage('<title>nowhere</title><p>a redirect without an address</p>', {}, 302),
  '/blob': bytesPage('<script>location=URL.createObjectURL(new Blob(["x"],{type:"text/html"}))</script>'),
  '/hungry': bytesPage(
    '<title>hungry</title><script>(async()=>{for(;;)await (await fetch("/huge",{cache:"no-store"})).text()})()</script>',
  ),
};

describe.skipIf(findChromium() === null)('pages in the browser', () => {
  let site: WebSite;
  let raw: Awaited<ReturnType<typeof startRawServer>>;
  let scraper: Scraper;
  let scrape: Scrape;
  let temporary: string;
  let closedPort: number;

  beforeAll(async () => {
    temporary = mkdtempSync(join(tmpdir(), 'watt-browser-'));
    // Chromium may run as another user than this.
    chmodSync(temporary, 0o755);
    process.env.TMPDIR = temporary;
    closedPort = await findClosedPort();
    raw = await startRawServer();
    const pages = { ...PAGES };
    site = await startWebSite(pages);
    pages['/hop2'] = redirectPage(`//127.0.0.1:${site.port}/arrived#there`, 308);
    ({ scraper, scrape } = await startScraper({
      allow: [site.port, raw.port, closedPort],
      withBrowser: true,
      limits: { browserPages: 12, browserBytes: 40 * 1024 * 1024 },
    }));
  });

  afterAll(async () => {
    // First of all: other files run in this process, whatever fails below.
    delete process.env.TMPDIR;
    const browsers = chromiumsOf(process.pid);
    expect(browsers.length).toBeGreaterThan(0);
    await scraper?.close();
    expect(chromiumsOf(process.pid)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
    rmSync(temporary, { recursive: true });
    await vi.waitFor(() => expect(site.openSockets()).toBe(0), { timeout: 60_000 });
    await site?.close();
    await raw?.close();
  });

  const at = (path: string) => `${site.origin}${path}`;

  test('scripts run, and what they fetch is in the result', async () => {
    const outcome = await scrape(at('/app'), { ...javascript, selectors: { title: 'h1', body: '#app p' } });
    expect(outcome).toMatchObject({
      kind: 'completed',
      data: { title: 'rendered', body: 'by script' },
      metadata: { status: 200, title: 'rendered', encoding: 'UTF-8', url: at('/app'), size_bytes: 209 },
    });
  });

  test('a screenshot without scripts shows and reads the page as it came', async () => {
    const outcome = await scrape(at('/app'), { options: { screenshots: true } });
    expect(outcome).toMatchObject({ kind: 'completed', data: { title: 'shell', text: 'loading' } });
    expect(outcome.kind === 'completed' && outcome.artifacts).toMatchObject([
      { field: 'screenshot', width: 1280, height: 800 },
    ]);
  });

  test('screenshots show the whole page, up to a height', async () => {
    const options = { javascript: true, screenshots: true };
    const tall = await scrape(at('/tall'), { options });
    const taller = await scrape(at('/taller'), { options });
    if (tall.kind !== 'completed' || taller.kind !== 'completed') throw new Error('no pictures');
    expect(tall.artifacts[0]?.height).toBeGreaterThanOrEqual(3000);
    expect(Buffer.from(tall.artifacts[0]?.bytes.subarray(1, 4) ?? []).toString()).toBe('PNG');
    expect(taller.artifacts[0]?.height).toBe(8000);
    expect(taller.metadata.warnings).toEqual([
      expect.stringMatching(/^the screenshot ends at 8000 of 50\d+ pixels$/),
    ]);
  });

  test.each([
    ['/loop', 'redirects'],
    ['/png', 'unsupported_type'],
    ['/pdf', 'unsupported_type'],
    ['/download', 'unsupported_type'],
    ['/grow', 'too_large'],
    ['/204', 'unsupported_type'],
    ['/blob', 'browser'],
  ])('%s fails: %s', async (path, reason) => {
    expect(await scrape(at(path), javascript)).toMatchObject({
      kind: 'failed',
      code: 'SCRAPE_FAILED',
      reason,
      retryable: false,
    });
  });

  test('a page that moves more than it may ends then, whatever it is waited for', async () => {
    const options = { javascript: true, timeout: 60, wait_for: { selector: '#none' } };
    expect(await scrape(at('/hungry'), { options })).toMatchObject({ reason: 'too_large', retryable: false });
  });

  test.each(['/length-too-long', '/chunks-cut', '/nothing', '/not-http', '/two-lengths'])(
    'the raw answer %s is no page',
    async (path) => {
      const outcome = await scrape(`http://127.0.0.1:${raw.port}${path}`, javascript);
      expect(outcome).toMatchObject({ kind: 'failed', reason: 'http', retryable: true });
    },
  );

  test('what cannot be reached has its reason', async () => {
    expect(await scrape(`http://127.0.0.1:${closedPort}/`, javascript)).toMatchObject({ reason: 'connect' });
    expect(await scrape('http://nowhere.test/', javascript)).toMatchObject({ reason: 'dns' });
    expect(await scrape('https://nowhere.test/', javascript)).toMatchObject({ reason: 'dns' });
    expect(await scrape(`https://127.0.0.1:${site.port}/`, javascript)).toMatchObject({ reason: 'tls' });
  });

  test.each([
    ['/missing', { title: 'gone' }, 404],
    ['/broke', { title: 'down' }, 503],
    ['/dialogs', { title: 'after' }, 200],
    ['/liar', { title: 'liar', text: 'truth' }, 200],
    ['/deep', { title: 'deep', text: 'the bottom' }, 200],
    ['/sjis-meta', { title: '日本語のページ' }, 200],
    ['/plain', { text: 'plain <b>text</b>' }, 200],
    ['/alerts', { title: 'alerts', text: 'text' }, 200],
    ['/popups', { title: 'popups', text: 'text' }, 200],
    ['/downloads', { title: 'downloads', text: 'text' }, 200],
    ['/unload', { title: 'unload', text: 'text' }, 200],
    ['/prints', { title: 'prints', text: 'text' }, 200],
    ['/asks', { title: 'asks', text: 'text' }, 200],
    ['/history', { title: 'history', text: 'text' }, 200],
    ['/hashes', { title: 'hashes', text: 'text' }, 200],
    ['/mutates', { title: 'mutates', text: 'text' }, 200],
    ['/frames', { title: 'frames', text: 'text' }, 200],
    ['/worker-loops', { title: 'workers', text: 'text' }, 200],
    ['/writes', { title: 'written', text: 'anew' }, 200],
    ['/gone', { text: '' }, 200],
    ['/meta-refresh', { title: 'arrived' }, 200],
    ['/json', { text: '{"a":[1,2,"<meta charset=gbk>é"]}' }, 200],
    ['/stop', { title: 'stop', text: 'before' }, 200],
    ['/stop-halfway', { title: 'halfway', text: 'first half' }, 200],
    ['/nowhere', { title: 'nowhere' }, 302],
  ])('%s is read', async (path, data, status) => {
    expect(await scrape(at(path), javascript)).toMatchObject({
      kind: 'completed',
      data,
      metadata: { status },
    });
  });

  test('redirects of the server and of a script', async () => {
    expect(await scrape(at('/hop1'), javascript)).toMatchObject({
      data: { title: 'arrived' },
      metadata: { url: at('/arrived#there'), redirects: [{ status: 301 }, { status: 308 }] },
    });
    expect(await scrape(at('/soft'), javascript)).toMatchObject({
      data: { title: 'arrived' },
      metadata: { url: at('/arrived'), requested_url: at('/soft'), redirects: [] },
    });
  });

  test('a script that never comes costs a warning, not the page; pictures are not even asked for', async () => {
    const before = site.requests.length;
    const pictures = await scrape(at('/pictures'), javascript);
    expect(pictures).toMatchObject({ data: { text: 'text' } });
    expect(JSON.stringify(pictures)).not.toContain('warnings');
    expect(site.requests.slice(before)).not.toContain('/silent');
    const outcome = await scrape(at('/stuck'), { options: { javascript: true, timeout: 4 } });
    expect(outcome).toMatchObject({
      kind: 'completed',
      data: { text: 'text' },
      metadata: { warnings: [expect.any(String)] },
    });
  });

  test('a stream of events is no open request', async () => {
    const options = { javascript: true, wait_for: { network_idle: true } };
    expect(await scrape(at('/streams'), { options })).toMatchObject({ data: { text: 'text' } });
  });

  test('a page that loads itself again for ever ends within its deadline', async () => {
    for (const path of ['/reloads', '/meta-refresh-loop']) {
      const startedAt = performance.now();
      await scrape(at(path), { options: { javascript: true, timeout: 4 } });
      expect(performance.now() - startedAt).toBeLessThan(4000 + OVERSHOOT_MS);
    }
    expect(await scrape(at('/app'), javascript)).toMatchObject({ data: { title: 'rendered' } });
  });

  test('no job sees the cookies of another', async () => {
    expect(await scrape(at('/cookie'), javascript)).toMatchObject({ metadata: { title: 'none' } });
    expect(await scrape(at('/cookie'), javascript)).toMatchObject({ metadata: { title: 'none' } });
  });

  test('a script that loops for ever ends at the deadline, and its neighbour is served meanwhile', async () => {
    const startedAt = performance.now();
    let isStuck = true;
    const stuck = scrape(at('/loop-script'), { options: { javascript: true, timeout: 8 } }).then(
      (outcome) => {
        isStuck = false;
        expect(performance.now() - startedAt).toBeLessThan(8000 + OVERSHOOT_MS);
        return outcome;
      },
    );
    expect(await scrape(at('/app'), javascript)).toMatchObject({ data: { title: 'rendered' } });
    expect(isStuck).toBe(true);
    expect(await stuck).toMatchObject({ reason: 'timeout' });
  });

  test.each(['/silent', '/slow-body'])('%s ends at the deadline', async (path) => {
    const startedAt = performance.now();
    expect(await scrape(at(path), { options: { javascript: true, timeout: 1 } })).toMatchObject({
      reason: 'timeout',
    });
    expect(performance.now() - startedAt).toBeLessThan(1000 + OVERSHOOT_MS);
  });

  test('a browser that dies under a job fails that job alone', async () => {
    const dying = scrape(at('/hang'), javascript);
    await vi.waitFor(() => expect(site.requests).toContain('/hang'), { timeout: 60_000 });
    for (const pid of chromiumsOf(process.pid)) process.kill(pid, 'SIGKILL');
    expect(await dying).toMatchObject({ kind: 'failed', reason: 'browser', retryable: true });
    expect(await scrape(at('/app'), javascript)).toMatchObject({ data: { title: 'rendered' } });
  });
});

/** Main processes of Chromium that a process started. */
function chromiumsOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, state = '', ppid = ''] =
          /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return (
          Number(ppid) === parent &&
          state !== 'Z' &&
          /chrom/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
        );
      } catch {
        // Gone between the listing and the look.
        return false;
      }
    });
}

async function findClosedPort(): Promise<number> {
  const brief = await startWebSite({});
  await brief.close();
  return brief.port;
}
