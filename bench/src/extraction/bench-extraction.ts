import { Readability } from '@mozilla/readability';
import { extractPage } from '@watt/node';
import { parseHTML } from 'linkedom';
import type { BenchOptions } from '../benches.ts';
import { describeMachine, type Metric, type Report } from '../report.ts';
import { readPages, type TruePage, writePages } from './pages.ts';
import { f1, type Match, matchTexts } from './shingles.ts';

const MAX_ELEMENTS = 500_000;
const MAX_CHARACTERS = 10_000_000;
const OURS = 'WATT node';
const PEER = 'Readability';

interface Extractor {
  name: string;
  extract(page: TruePage): string;
}

const EXTRACTORS: readonly Extractor[] = [
  { name: OURS, extract: extractOurs },
  { name: PEER, extract: extractWithReadability },
];

/** How much of the main text is found, and how little else, beside Readability on the same pages in the same run. */
export async function benchExtraction({ pages: dir, signal, log }: BenchOptions): Promise<Report> {
  const sets = [{ name: 'own pages', pages: writePages() }];
  if (dir !== undefined) sets.push({ name: dir, pages: await readPages(dir) });
  const metrics = sets.flatMap(({ name, pages }) => {
    signal.throwIfAborted();
    log(`${name}: ${pages.length} pages`);
    return metricsOf(name, pages, log);
  });
  return { bench: 'extraction', machine: describeMachine(), notes: notes(sets), metrics };
}

function metricsOf(set: string, pages: readonly TruePage[], log: (line: string) => void): Metric[] {
  const results = EXTRACTORS.map(({ name, extract }) => {
    const begun = process.cpuUsage();
    const texts = pages.map(extract);
    const { user, system } = process.cpuUsage(begun);
    const matches = pages.map(({ truth }, i) => matchTexts(truth, texts[i] ?? ''));
    return { name, matches, mean: meanOf(matches), cpuMs: (user + system) / 1_000 / pages.length };
  });
  const [ours, peer] = results;
  if (!ours || !peer) throw new Error('there is nothing to compare');
  for (const [i, { name }] of pages.entries()) {
    const [own, other] = [ours.matches[i], peer.matches[i]].map((match) => (match ? f1(match) : 0));
    if (own !== undefined && own < BAD) log(`  ${own.toFixed(2)} (${PEER} ${other?.toFixed(2)})  ${name}`);
  }
  const figure = (name: string, value: number, more: Partial<Metric> = {}): Metric => ({
    ...{ name: `${set}: ${name}`, value, unit: '', peer: null, target: null, rounds: [value] },
    ...more,
  });
  return [
    figure(`F1, ${OURS}`, f1(ours.mean), { target: '>= 0.955' }),
    figure(`F1, ${PEER}`, f1(peer.mean)),
    figure(`F1, ${OURS} ÷ ${PEER}`, f1(ours.mean) / f1(peer.mean), {
      unit: '×',
      peer: PEER,
      target: '>= 1.0',
    }),
    ...results.flatMap(({ name, mean, cpuMs }) => [
      figure(`precision, ${name}`, mean.precision),
      figure(`recall, ${name}`, mean.recall),
      figure(`CPU a page, ${name}`, cpuMs, { unit: 'ms' }),
    ]),
  ];
}

const BAD = 0.8;

function meanOf(matches: readonly Match[]): Match {
  const mean = (of: (match: Match) => number) =>
    matches.reduce((sum, match) => sum + of(match), 0) / matches.length;
  return { precision: mean(({ precision }) => precision), recall: mean(({ recall }) => recall) };
}

function extractOurs({ html, url }: TruePage): string {
  return textOf(html, url, true);
}

/** What Readability keeps, read as text by our own code: its own text runs blocks together, which would count against it. */
function extractWithReadability({ html, url }: TruePage): string {
  const { document } = parseHTML(html);
  return textOf(new Readability(document).parse()?.content ?? '', url, false);
}

function textOf(html: string, url: string, isMainContent: boolean): string {
  const limits = { maxElements: MAX_ELEMENTS, maxCharacters: MAX_CHARACTERS };
  const { data } = extractPage({ text: html, url, kind: 'html', format: 'text', isMainContent, ...limits });
  return String(data['text']);
}

function notes(sets: readonly { name: string; pages: readonly TruePage[] }[]): string[] {
  return [
    ...sets.map(({ name, pages }) => `${name}: ${pages.length} pages.`),
    'F1 of mean precision and mean recall, by runs of four words, as in Zyte’s article-extraction-benchmark. What is found is the whole text, without the title.',
    `Own pages: made up, 18 shapes in four languages each. ${PEER}: @mozilla/readability on linkedom.`,
    'For another set, in the form of that benchmark: --pages DIR.',
  ];
}
