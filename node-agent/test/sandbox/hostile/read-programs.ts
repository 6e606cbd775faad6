import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGE_TABLE, type Language } from '../../../src/sandbox/languages.ts';

/** A program of the corpus and what it declares in its head. */
export interface HostileProgram {
  name: string;
  /** What it tries, in a sentence. */
  what: string;
  language: Language;
  code: string;
  /** Every end that is right: `exit N`, `signal NAME`, `timeout` or `oom`. */
  ends: string[];
  /** What its stdout must match; null where any output is right. */
  says: RegExp | null;
  /** What the result must say of it beside its end: `oom`, `stdout_truncated`, `stderr_truncated`. */
  flags: string[];
  /** Paths that are collected as results. Whatever is found there must be `held`, or nothing but zeros. */
  artifacts: string[];
  /** Seconds. */
  timeout: number;
}

const FOLDER = join(import.meta.dirname, 'programs');
const LANGUAGES: Record<string, Language> = {
  ...{ py: 'python', js: 'javascript', sh: 'bash', ts: 'typescript' },
  ...{ c: 'c', cpp: 'cpp', go: 'go', rs: 'rust', rb: 'ruby', php: 'php', pl: 'perl', lua: 'lua' },
};
const KEYS = ['ends', 'says', 'flags', 'artifacts', 'timeout'];
const HEAD = /^(#|\/\/|--): /;
const TIMEOUT_SECONDS = 60;
/** For those that are to be ended by the clock. */
const SHORT_TIMEOUT_SECONDS = 3;

/**
 * Reads the corpus. The head of a program is lines of `#:`, `//:` or `--:`: first what it tries, then `key value`. Left out, a program must
 * end by itself with 0 and print `held`, which it does when nothing that it tried was let through.
 */
export function readPrograms(replace: Record<string, string>): HostileProgram[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      const [what = '', ...rest] = text
        .split('\n')
        .filter((line) => HEAD.test(line))
        .map((line) => line.replace(HEAD, ''));
      const head = new Map(rest.map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
      const unknown = [...head.keys()].filter((key) => !KEYS.includes(key));
      const language = LANGUAGES[file.split('.').at(-1) ?? ''];
      if (language === undefined || !(language in LANGUAGE_TABLE) || what === '' || unknown.length > 0) {
        throw new Error(`${file} does not declare itself`);
      }
      const ends = (head.get('ends') ?? 'exit 0').split(' or ');
      const says = head.get('says') ?? '^held\\n$';
      let code = text;
      for (const [mark, value] of Object.entries(replace)) code = code.replaceAll(`@${mark}@`, value);
      return {
        ...{ name: file, what, language, code, ends },
        says: says === 'says' || says === '' ? null : new RegExp(says),
        flags: head.get('flags')?.split(' ') ?? [],
        artifacts: head.get('artifacts')?.split(' ') ?? [],
        timeout: Number(
          head.get('timeout') ?? (ends[0] === 'timeout' ? SHORT_TIMEOUT_SECONDS : TIMEOUT_SECONDS),
        ),
      };
    });
}
