import type { Element } from 'domhandler';
import { isDeeperThan } from './json-depth.ts';
import { oneLine } from './one-line.ts';
import { rawText } from './raw-text.ts';

export interface StructuredData {
  /** The blocks as they stand in the page. */
  blocks: unknown[];
  author: string | null;
  published: string | null;
  modified: string | null;
}

const TYPE = 'application/ld+json';
const WORKS = /(?:Article|Posting|Report|WebPage|Recipe|Review|Book|Product|VideoObject|HowTo)$/i;
const MAX_DEPTH = 64;
const MAX_AUTHORS = 20;
/** Old templates hide scripts from browsers that are gone. */
const WRAPPING = /^\s*(?:<!--|\/\/\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|\/\/\s*\]\]>|\]\]>)\s*$/g;

type Thing = Record<string, unknown>;

/** Reads the JSON-LD blocks among a page's scripts, and what they say of the page's author and dates. */
export function readJsonLd(scripts: readonly Element[], warnings: string[]): StructuredData {
  const blocks: unknown[] = [];
  for (const script of scripts) {
    if (script.attribs['type']?.trim().toLowerCase() !== TYPE) continue;
    const block = parseBlock(rawText(script));
    if (block === undefined) warnings.push('a JSON-LD block is not valid JSON and was left out');
    else if (isDeeperThan(block, MAX_DEPTH)) warnings.push('a JSON-LD block nests too deep and was left out');
    else blocks.push(block);
  }
  const works = blocks.flatMap(thingsOf).filter(isWork);
  return {
    blocks,
    author: firstOf(works, (work) => nameOf(work['author'])),
    published: firstOf(works, (work) => textOf(work['datePublished'])),
    modified: firstOf(works, (work) => textOf(work['dateModified'])),
  };
}

function parseBlock(text: string): unknown {
  try {
    return JSON.parse(text.replace(WRAPPING, ''));
  } catch {
    // No JSON after all: the caller says so in a warning.
    return undefined;
  }
}

/** A block is a thing, a list of things, or a graph of them. */
function thingsOf(block: unknown): Thing[] {
  const list = Array.isArray(block) ? block : [block];
  return list.filter(isThing).flatMap((thing) => {
    const graph = thing['@graph'];
    return Array.isArray(graph) ? graph.filter(isThing) : [thing];
  });
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWork({ '@type': type }: Thing): boolean {
  const types = Array.isArray(type) ? type : [type];
  return types.some((name) => typeof name === 'string' && WORKS.test(name));
}

function firstOf(works: readonly Thing[], read: (work: Thing) => string | null): string | null {
  for (const work of works) {
    const found = read(work);
    if (found !== null) return found;
  }
  return null;
}

function nameOf(author: unknown): string | null {
  const authors = (Array.isArray(author) ? author : [author]).slice(0, MAX_AUTHORS);
  const names = authors
    .map((one) => textOf(isThing(one) ? one['name'] : one))
    .filter((name) => name !== null);
  return names.length === 0 ? null : names.join(', ');
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? oneLine(value) : null;
}
