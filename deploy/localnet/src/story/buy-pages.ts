import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ScrapeAnswer } from '@watt/client';
import { expectThat, type Scene } from './scene.ts';

const READING = '11 turns a minute';

/** Asks for a price, pays it and has a page scraped; then one that needs a browser, with a picture of it. */
export async function buyPages(scene: Scene, pictureDir: string): Promise<void> {
  const { teller, watt, file, visit, answers, machine } = scene;
  const article = {
    url: `${file.demo_site_url}/article?visit=${visit}`,
    output_format: 'json' as const,
    selectors: { title: 'h1', author: '.author', body: '.article-body' },
  };
  await teller.line('quote', async () => {
    const quote = await watt.quote('scrape', article);
    return { text: `a page with three selectors costs ${quote.watt} WATT` };
  });
  await teller.line('scrape', async () => {
    const startedAt = performance.now();
    const answer = await watt.scrape(article);
    answers.push(answer);
    const { title, author } = answer.data as { title?: unknown; author?: unknown };
    expectThat(author === 'Ada Miller', `the author came back as ${JSON.stringify(author)}`);
    const ms = performance.now() - startedAt - scene.lastPaymentMs();
    return { text: `“${String(title)}”, by ${String(author)}`, watt: answer.cost, ms };
  });
  const noBrowser = machine.missing.find(({ what }) => what === 'browser');
  if (noBrowser) {
    teller.skipped('browser', noBrowser.fix);
    return;
  }
  await teller.line('browser', async () => {
    const answer = await watt.scrape({
      url: `${file.demo_site_url}/live?visit=${visit}`,
      output_format: 'json',
      selectors: { reading: '.reading' },
      options: { javascript: true, screenshots: true },
    });
    answers.push(answer);
    const { reading } = answer.data as { reading?: unknown };
    expectThat(reading === READING, `the page’s JavaScript showed ${JSON.stringify(reading)}`);
    return {
      text: `“${READING}”; ${await savePicture(answer, join(pictureDir, `live-${visit}.png`))}`,
      watt: answer.cost,
    };
  });
}

async function savePicture({ screenshot }: ScrapeAnswer, path: string): Promise<string> {
  if (!screenshot) throw new Error('there is no screenshot in the answer');
  await writeFile(path, screenshot.bytes);
  const shown = relative(process.cwd(), path);
  return shown.startsWith('..') ? path : shown;
}
