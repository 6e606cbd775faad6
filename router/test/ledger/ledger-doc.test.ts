import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LEDGER = readFileSync(join(ROOT, 'docs', 'LEDGER.md'), 'utf8');
let db: FreshDatabase;

beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.drop());

/** The cells of every table whose head begins with this, row by row. */
function rowsOf(head: string): string[][] {
  const lines = LEDGER.split('\n');
  return lines.flatMap((line, start) => {
    if (!new RegExp(`^\\| ${head} +\\|`).test(line)) return [];
    const end = lines.findIndex((each, index) => index > start && !each.startsWith('|'));
    return lines.slice(start + 2, end).map((row) => row.split('|').slice(1, -1));
  });
}
const named = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');

/** The texts that a check of a column allows. */
async function allowed(table: string): Promise<string[]> {
  const [row] = await db.database.sql<{ rule: string }[]>`
    select pg_get_constraintdef(oid) as rule from pg_constraint where conname = 'known_kind' and conrelid = ${table}::regclass`;
  return [...(row?.rule ?? '').matchAll(/'([a-z_]+)'::text/g)].map(([, kind]) => kind ?? '').sort();
}

it('has every kind of account, and none that does not exist', async () => {
  expect(
    rowsOf('account')
      .flatMap(([kind]) => named(kind))
      .sort(),
  ).toEqual(await allowed('accounts'));
});

it('has every kind of transfer, and none that does not exist', async () => {
  const told = new Set(rowsOf('kind').flatMap(([kind]) => named(kind)));
  expect([...told].sort()).toEqual(await allowed('transfers'));
});

it('names as keepers only rules, functions and tests that exist', async () => {
  const rules = await db.database.sql<{ name: string }[]>`
    select conname::text as name from pg_constraint union select tgname::text from pg_trigger union select relname::text from pg_class
    union select proname::text from pg_proc`;
  const known = new Set(rules.map(({ name }) => name));
  const source = execFileSync('git', ['grep', '-hoE', 'function [a-zA-Z]+', '--', 'router/src'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const functions = new Set(source.split('\n').map((line) => line.replace('function ', '')));
  const exists = (name: string): boolean =>
    known.has(name) || functions.has(name) || (name.includes('/') && existsSync(join(ROOT, name)));
  const keepers = rowsOf('invariant').map(([invariant = '', keeper]) => ({
    invariant: invariant.trim(),
    names: named(keeper),
  }));
  expect(keepers.length).toBeGreaterThan(25);
  expect(keepers.filter(({ names }) => !names.some(exists))).toEqual([]);
  const nameLike = /^[a-z0-9]+(_[a-z0-9]+)+$|^[a-z]+[A-Z][A-Za-z]+$|\.ts$/;
  const columns = new Set(['applied_job']);
  const strange = keepers.flatMap(({ names }) =>
    names.filter((name) => nameLike.test(name) && !exists(name) && !columns.has(name)),
  );
  expect(strange).toEqual([]);
});
