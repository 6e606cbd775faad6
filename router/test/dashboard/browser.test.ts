import { randomUUID } from 'node:crypto';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../../deploy/localnet/test/market/call.ts';
import { pay } from '../../../deploy/localnet/test/market/pay.ts';
import { type Market, startMarket } from '../../../deploy/localnet/test/market/start-market.ts';
import { findChromium } from './find-chromium.ts';
import { connectNamedNode, type NamedNode } from './named-node.ts';

const executablePath = findChromium();
if (executablePath === null) {
  process.stderr.write('skipped: the dashboard in a browser (no Chromium is installed here)\n');
}

const HOSTILE = [
  '<img src=x onerror=globalThis.pwned=1>',
  '"><script>globalThis.pwned=1</script>',
  '<svg/onload=globalThis.pwned=1>\u202Egnp.exe',
];
/** A valid address of the demo site in whose text another "domain" can be read. */
const HOSTILE_URL = 'http:/127.0.0.1:8099/?a=://<img src=x onerror=globalThis.pwned=1>';
const GONE_NODES = 26;

describe.skipIf(executablePath === null)('the dashboard in Chromium', () => {
  let market: Market;
  let browser: Browser;
  const nodes: NamedNode[] = [];
  let jobId: string;
  const pages: { page: Page; errors: string[] }[] = [];

  beforeAll(async () => {
    market = await startMarket();
    for (const name of HOSTILE) nodes.push(await connectNamedNode(market.router.url, name));
    for (let index = 0; index < GONE_NODES; index += 1) {
      const gone = await connectNamedNode(market.router.url, `gone ${index}`);
      await gone.leave();
    }
    jobId = await runJob();
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
  });
  afterEach(async () => {
    for (const { page } of pages.splice(0)) await page.context().close();
  });
  afterAll(async () => {
    await browser?.close();
    for (const node of nodes) await node.leave();
    await market?.close();
  });

  /** A paid scrape, done by whichever node it is given to. */
  async function runJob(): Promise<string> {
    const id = randomUUID();
    const agent = await market.agent(1000);
    await pay(market, { from: agent, watt: 250, memo: id });
    const body = { url: HOSTILE_URL, job_id: id, selectors: { title: 'h1' } };
    const [answer] = await Promise.all([
      call('POST', `${market.router.url}/api/v1/scrape`, body),
      Promise.race(nodes.map((node) => node.answerOne())),
    ]);
    expect(answer.status).toBe(200);
    return id;
  }

  async function open(): Promise<{ page: Page; errors: string[] }> {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(10_000);
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'data:' && origin !== market.router.url) errors.push(`asked ${request.url()}`);
    });
    pages.push({ page, errors });
    await page.goto(`${market.router.url}/dashboard`);
    await page.locator('#ready', { hasText: /^ready$/ }).waitFor();
    await page.locator('#books.good').waitFor();
    return { page, errors };
  }
  const text = (page: Page, selector: string) => page.locator(selector).textContent();

  it('shows what the router says, in whole and to the last digit', async () => {
    const { page, errors } = await open();
    const { body } = await call('GET', `${market.router.url}/api/v1/stats`);
    expect(body.ledger).toMatchObject({ treasury: '250', customers: '50', nodes: '140' });
    expect(await text(page, '#treasury')).toBe('250');
    expect(await text(page, '#money-sum')).toBe('250');
    const parts = await page.locator('#money-parts tr').allInnerTexts();
    expect(parts.map((row) => row.replaceAll(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^Customers’ balances .* 50 20\.0 %$/),
      expect.stringMatching(/^Held .* 0 —$/),
      expect.stringMatching(/^Owed to nodes .* 140 56\.0 %$/),
      expect.stringMatching(/^Burned share .* 0\.3 0\.12 %$/),
      expect.stringMatching(/^Revenue .* 59\.7 23\.9 %$/),
    ]);
    expect(await text(page, '#books')).toContain('debits equal credits');
    expect(await text(page, '#solvency')).toMatch(
      /^(Solvent: the chain holds|The chain and the books are being compared)/,
    );
    expect(await text(page, '#tile-online')).toBe('3');
    expect(await text(page, '#tile-done')).toBe('1');
    expect(await text(page, '#mint')).toBe(market.mint.toBase58());
    expect(errors).toEqual([]);
  });

  it('shows names that are markup as they are, and runs nothing', async () => {
    const { page, errors } = await open();
    await page.getByRole('button', { name: 'Online 3' }).click();
    await page.locator('#nodes-rows tr:nth-child(4)').waitFor({ state: 'detached' });
    const names = await page.locator('#nodes-rows th bdi').allTextContents();
    expect(names.sort()).toEqual([...HOSTILE].sort());
    const earned = await page.locator('#nodes-rows td:nth-child(8)').allInnerTexts();
    expect(earned.sort()).toEqual(['0', '0', '140']);
    // Long enough for an image to fail and for another answer to be shown.
    await page.waitForResponse((response) => response.url().includes('/stats'));
    expect(await page.evaluate(() => 'pwned' in globalThis)).toBe(false);
    expect(await page.locator('main img, main svg, main script').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('is kept by its policy from making markup of text at all', async () => {
    const { page } = await open();
    // A string, so that it runs as the page's own script would.
    const attempt = "try { document.body.innerHTML = '<p>'; 'made' } catch (error) { error.name }";
    expect(await page.evaluate(attempt)).toBe('TypeError');
  });

  it('turns pages and filters by state', async () => {
    const { page } = await open();
    const place = page.locator('#nodes-place');
    await expect.poll(() => place.textContent()).toBe('1–25 of 29');
    const [first] = await page.locator('#nodes-rows th small').allInnerTexts();
    await page.getByRole('button', { name: 'Next' }).click();
    await expect.poll(() => place.textContent()).toBe('26–29 of 29');
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Previous' }).click();
    await expect.poll(() => place.textContent()).toBe('1–25 of 29');
    expect((await page.locator('#nodes-rows th small').allInnerTexts())[0]).toBe(first);
    await page.getByRole('button', { name: 'Draining 0' }).click();
    await expect.poll(() => page.locator('#nodes-rows').textContent()).toBe('None here');
  });

  it('finds a job and verifies its receipt, and says when one was tampered with', async () => {
    const { page, errors } = await open();
    const lookUp = async (id: string): Promise<void> => {
      await page.getByLabel('Job id').fill(id);
      await page.getByRole('button', { name: 'Look up' }).click();
    };
    const says = () => text(page, '#job-says');
    await lookUp(jobId);
    await expect.poll(says).toBe('The receipt is valid.');
    expect(await text(page, '#job-rows')).toMatch(/^State *done.*Price *200 WATT *Settlement *charged/s);
    expect(await page.locator('#job-checks li.good').count()).toBe(7);
    expect(errors).toEqual([]);

    await page.route('**/receipt', async (route) => {
      const answer = await route.fetch();
      const receipt = await answer.json();
      await route.fulfill({
        json: { ...receipt, receipt: receipt.receipt.replace('"200000000"', '"100000000"') },
      });
    });
    await lookUp(jobId);
    await expect.poll(says).toBe('The receipt is not valid.');
    await lookUp(randomUUID());
    await expect.poll(says).toBe('This router knows no job with that id.');
  });

  it('says so where the browser cannot verify, instead of calling a receipt good or bad', async () => {
    const { page } = await open();
    await page.evaluate("Object.defineProperty(crypto, 'subtle', { value: undefined })");
    await page.getByLabel('Job id').fill(jobId);
    await page.getByRole('button', { name: 'Look up' }).click();
    await expect
      .poll(() => text(page, '#job-says'))
      .toMatch(/^The receipt was not verified here: .*localhost/);
    expect(await page.locator('#job-checks li').count()).toBe(0);
  });

  it('says since when nothing answers, keeps what was known, and recovers by itself', async () => {
    const { page } = await open();
    await page.context().setOffline(true);
    const fault = page.locator('#fault');
    await fault.waitFor();
    expect(await fault.textContent()).toMatch(
      /not reachable since \d\d:\d\d:\d\d\. Asking again .* known at \d\d/,
    );
    expect(await text(page, '#ready')).toBe('not reachable');
    expect(await text(page, '#treasury')).toBe('250');
    await page.context().setOffline(false);
    await fault.waitFor({ state: 'hidden', timeout: 15_000 });
    expect(await text(page, '#ready')).toBe('ready');
  });

  it('asks nothing while its tab is hidden, and at once when it is seen again', async () => {
    const { page } = await open();
    let asked = 0;
    page.on('request', () => {
      asked += 1;
    });
    const hide = (isHidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
        document.dispatchEvent(new Event('visibilitychange'))`);
    await hide(true);
    asked = 0;
    await page.waitForTimeout(2500);
    expect(asked).toBe(0);
    await hide(false);
    await expect.poll(() => asked).toBeGreaterThan(2);
  });
});
