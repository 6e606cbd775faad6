import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { LANGUAGES, writeArticle } from './articles.ts';
import { SHAPES } from './shapes.ts';

export interface TruePage {
  name: string;
  url: string;
  html: string;
  /** Its main text. */
  truth: string;
}

const LANGUAGES_PER_SHAPE = 4;

/** Our own pages: every shape in four languages, the same on every machine. */
export function writePages(): TruePage[] {
  return SHAPES.flatMap((shape, index) =>
    Array.from({ length: LANGUAGES_PER_SHAPE }, (_, turn) => {
      const language = LANGUAGES[(index + turn * 2) % LANGUAGES.length] ?? 'en';
      const article = writeArticle(language, index * LANGUAGES_PER_SHAPE + turn + 1, shape.size);
      return {
        name: `${shape.name}, ${language}`,
        url: 'https://daily-tide.test/2024/harbour',
        html: shape.build(article),
        truth: shape.truth?.(article) ?? article.paragraphs.join('\n'),
      };
    }),
  );
}

const expand = promisify(gunzip);

/** Pages in the form of Zyte's article-extraction-benchmark: `ground-truth.json`, and `html/<name>.html.gz` for each of its members. */
export async function readPages(dir: string): Promise<TruePage[]> {
  const truths = JSON.parse(await readFile(join(dir, 'ground-truth.json'), 'utf8')) as Record<
    string,
    { articleBody?: string; url: string }
  >;
  return Promise.all(
    Object.entries(truths).map(async ([name, { articleBody = '', url }]) => ({
      name,
      url,
      html: (await expand(await readFile(join(dir, 'html', `${name}.html.gz`)))).toString('utf8'),
      truth: articleBody,
    })),
  );
}
