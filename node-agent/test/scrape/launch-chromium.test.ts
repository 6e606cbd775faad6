import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../src/scrape/find-chromium.ts';
import { type ChromiumInstance, launchChromium, sweepUp } from '../../src/scrape/launch-chromium.ts';

const executablePath = findChromium();

describe.skipIf(executablePath === null)('Chromium as it is launched', () => {
  let instance: ChromiumInstance;

  beforeAll(async () => {
    instance = await launchChromium({
      executablePath: executablePath ?? '',
      proxyUrl: 'http://127.0.0.1:9',
      runAs: process.getuid?.() === 0 ? 'lower-user' : 'kept',
    });
  });

  afterAll(async () => {
    await instance?.browser.close();
    if (instance) await sweepUp(instance, pino({ level: 'silent' }));
  });

  test('the features that Playwright switches off are off with ours', async () => {
    const session = await instance.browser.newBrowserCDPSession();
    const { commandLine } = await session.send('SystemInfo.getInfo');
    const lists = [...commandLine.matchAll(/--disable-features=(\S+)/g)].map(([, list = '']) =>
      list.split(','),
    );
    expect(lists.length).toBe(2);
    expect(lists[1]).toEqual(expect.arrayContaining(lists[0] ?? []));
  });

  test('a window loads its page and nothing of its own', async () => {
    const session = await instance.browser.newBrowserCDPSession();
    const context = await instance.browser.newContext();
    const page = await context.newPage();
    await page.goto('data:text/html,<title>page</title>');
    const { targetInfos } = await session.send('Target.getTargets', { filter: [{}] });
    expect(targetInfos.map(({ type }) => type).sort()).toEqual(['page', 'tab']);
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    expect(processInfo.filter(({ type }) => type === 'renderer')).toHaveLength(1);
  });
});
