import type { BenchOptions } from '../benches.ts';
import { median, quantile } from '../median.ts';
import { describeMachine, type Metric, type Report } from '../report.ts';
import { type RoleProcess, startRole } from '../role-process.ts';
import { type Batch, type BatchResult, postBatch } from './batch.ts';
import { findBrowser } from './find-browser.ts';
import { type MemoryWatch, watchMemory } from './process-memory.ts';
import type { Site, SiteTask } from './site.ts';
import type { ScraperTask } from './watt-scraper.ts';

const DELAY_MS = 20;
const SITES = 10;
const STATIC_CONCURRENCY = 10;
const BROWSER_CONCURRENCY = 2;
/** Pages of a round for each second that was asked for; every contender gets the same. */
const STATIC_PAGES_PER_SECOND = 40;
const BROWSER_PAGES_PER_SECOND = 4;
const WARM_UP_PAGES = 8;

const WATT = 'WATT node';
const BARE = 'bare Playwright';

interface Contender {
  name: string;
  process: RoleProcess<{ port: number }>;
  memory: MemoryWatch;
}

interface Field {
  mode: Batch['mode'];
  title: string;
  peer: string;
  target: string;
  contenders: Contender[];
  results: Map<string, BatchResult[]>;
}

/** Pages a second and memory of a node's scraper, beside Crawlee on the same pages in the same run. */
export async function benchScrape(options: BenchOptions): Promise<Report> {
  const { rounds, log, signal } = options;
  const chromiumPath = await findBrowser(log);
  const running: { stop(): Promise<void> }[] = [];
  try {
    const site = await startRole<SiteTask, Site>('scrape-site', {
      delayMs: DELAY_MS,
      sites: SITES,
    });
    running.unshift(site);
    const start = async (name: string, role: string, browser: string | null): Promise<Contender> => {
      signal.throwIfAborted();
      const process = await startRole<ScraperTask, { port: number }>(role, {
        sitePorts: site.ready.ports,
        chromiumPath: browser,
      });
      const memory = watchMemory(process.pid);
      running.unshift({
        async stop() {
          memory.stop();
          await process.stop();
        },
      });
      return { name, process, memory };
    };
    const plain = [
      await start(WATT, 'watt-scraper', null),
      await start('CheerioCrawler', 'crawlee-scraper', null),
    ];
    const browsers = [
      await start(WATT, 'watt-scraper', chromiumPath),
      await start('PlaywrightCrawler', 'crawlee-scraper', chromiumPath),
      await start(BARE, 'playwright-scraper', chromiumPath),
    ];
    const fields = [
      fieldOf('text', 'static text', 'CheerioCrawler', '>= 2.0', plain),
      fieldOf('selectors', 'static selectors', 'CheerioCrawler', '>= 2.0', plain),
      fieldOf('javascript', 'JavaScript', 'PlaywrightCrawler', '>= 1.2', browsers),
    ];
    for (let round = 0; round <= rounds; round += 1) {
      for (const field of fields) await runField(field, { ...options, round, site: site.ready });
    }
    return {
      bench: 'scrape',
      machine: describeMachine(),
      notes: notes(options),
      metrics: fields.flatMap(metricsOf),
    };
  } finally {
    for (const { stop } of running) await stop();
  }
}

function fieldOf(
  mode: Batch['mode'],
  title: string,
  peer: string,
  target: string,
  contenders: Contender[],
): Field {
  return {
    mode,
    title,
    peer,
    target,
    contenders,
    results: new Map(contenders.map(({ name }) => [name, []])),
  };
}

interface RoundOptions extends BenchOptions {
  /** 0 is the warm-up. */
  round: number;
  site: Site;
}

async function runField(field: Field, { round, rounds, ms, site, signal, log }: RoundOptions): Promise<void> {
  const isScripted = field.mode === 'javascript';
  const paths = isScripted ? site.appPaths : site.staticPaths;
  const perSecond = isScripted ? BROWSER_PAGES_PER_SECOND : STATIC_PAGES_PER_SECOND;
  const count = round === 0 ? WARM_UP_PAGES : Math.max(WARM_UP_PAGES, Math.round((ms / 1_000) * perSecond));
  const urls = Array.from(
    { length: count },
    (_, i) => `http://127.0.0.1:${site.ports[i % site.ports.length]}${paths[i % paths.length]}?${round}-${i}`,
  );
  const concurrency = isScripted ? BROWSER_CONCURRENCY : STATIC_CONCURRENCY;
  for (const { name, process } of field.contenders) {
    signal.throwIfAborted();
    const result = await postBatch(process.ready.port, { mode: field.mode, urls, concurrency });
    if (round === 0) continue;
    field.results.get(name)?.push(result);
    log(`round ${round}/${rounds}  ${field.title}, ${name}: ${speedOf(result).toFixed(1)} pages/s`);
  }
}

function metricsOf({ title, peer, target, contenders, results }: Field): Metric[] {
  const series = (name: string, of: (result: BatchResult) => number) => (results.get(name) ?? []).map(of);
  const figure = (name: string, unit: string, values: number[]): Metric => ({
    ...{ name: `${title}, ${name}`, value: median(values), unit },
    ...{ peer: null, target: null, rounds: values },
  });
  // Round by round, because the two of one round saw the same state of the machine.
  const ratio = (name: string, of: (result: BatchResult) => number, peerName: string): number[] => {
    const peers = series(peerName, of);
    return series(name, of).map((value, round) => value / (peers[round] ?? Number.NaN));
  };
  const memory = (name: string) => contenders.find((one) => one.name === name)?.memory.peakMb() ?? Number.NaN;
  const metrics = contenders.map(({ name }) => figure(name, 'pages/s', series(name, speedOf)));
  metrics.push(
    { ...figure(`${WATT} ÷ ${peer}`, '×', ratio(WATT, speedOf, peer)), peer, target },
    figure(
      `${WATT}, p50 of a page`,
      'ms',
      series(WATT, ({ pageMs }) => quantile(pageMs, 0.5)),
    ),
    ...contenders.map(({ name }) =>
      figure(`${name}, CPU a page without the browser`, 'ms', series(name, cpuOf)),
    ),
    ...contenders.map(({ name }) => figure(`${name}, peak memory`, 'MB', [memory(name)])),
    {
      ...figure(`memory, ${WATT} ÷ ${peer}`, '×', [memory(WATT) / memory(peer)]),
      ...{ peer, target: '<= 1.0' },
    },
  );
  if (results.has(BARE)) {
    const waiting = ratio(WATT, ({ pageMs }) => median(pageMs), BARE).map((times) => 1 - 1 / times);
    metrics.push({
      ...figure("share of a page's time that is ours", '', waiting),
      peer: BARE,
      target: '<= 0.1',
    });
  }
  return metrics;
}

function speedOf({ seconds, pageMs }: BatchResult): number {
  return pageMs.length / seconds;
}

function cpuOf({ cpuSeconds, pageMs }: BatchResult): number {
  return (cpuSeconds * 1_000) / pageMs.length;
}

function notes({ rounds, ms }: BenchOptions): string[] {
  const seconds = ms / 1_000;
  return [
    `${rounds} rounds of ${seconds * STATIC_PAGES_PER_SECOND} static and ${seconds * BROWSER_PAGES_PER_SECOND} JavaScript pages for each contender, in turn, after a warm-up; every round counts.`,
    `${STATIC_CONCURRENCY} static pages at a time, ${BROWSER_CONCURRENCY} with a browser; the site answers after ${DELAY_MS} ms, gzipped, on ${SITES} ports of a process of its own on this machine.`,
    'Static: news and blog pages of 10 to 340 KB. JavaScript: the same without their own scripts, with a list that a script fetches and draws.',
    `${WATT}: guard, fetch, parser threads and browser behind the filtering proxy, as in production. Crawlee: storage in memory, fresh context (incognito pages), else as it comes.`,
    `Memory: the process with all it started, shared pages counted once, the most in the whole run. The share that is ours: how much longer a page takes than in ${BARE}, which has no guard, reads nothing out of the page, and loads the pictures that a node leaves out; below zero it is shorter.`,
  ];
}
