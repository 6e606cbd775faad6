import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '@watt/shared';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_JOURNAL_LIMITS, Journal, type JournalEntry } from '../../src/jobs/journal.ts';

let dir: string;
const faults: string[] = [];
const now = 1_000_000_000;
const png = Buffer.from('a picture');
const file = { content_type: 'image/png', sha256: sha256Hex(png), size_bytes: png.length };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'watt-journal-'));
  faults.length = 0;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const open = (router = 'r', limits = {}) =>
  Journal.open({
    dir,
    router,
    limits: { ...DEFAULT_JOURNAL_LIMITS, ...limits },
    clock: () => now,
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (_, message) => void faults.push(message),
    },
  });

function entry(index: number, change: Partial<JournalEntry> = {}): JournalEntry {
  return {
    attempt_id: `00000000-0000-4000-8000-00000000000${index}`,
    job_id: 'job',
    service: 'scrape',
    request_sha256: '0'.repeat(64),
    outcome: 'completed',
    retryable: false,
    started_at: now - 10,
    finished_at: now - index,
    artifacts: [],
    payload: '{}',
    router: 'r',
    ...change,
  };
}

test('a result with its file is there again for the next process, oldest first, until it is removed', async () => {
  const first = await open();
  const kept = entry(1, { artifacts: [file], copy: 'a signature for copies' });
  await first.put(kept, [{ ...file, bytes: png }]);
  await first.put(entry(2), []);
  const second = await open();
  expect(second.attempts).toEqual([entry(2).attempt_id, entry(1).attempt_id]);
  expect(await second.read(entry(1).attempt_id)).toEqual({
    entry: kept,
    artifacts: [png],
  });
  await second.remove(entry(1).attempt_id);
  await second.remove(entry(2).attempt_id);
  expect(await readdir(dir)).toEqual([]);
  expect((await open()).attempts).toEqual([]);
});

test('results for another router stay on disk and are not offered to this one', async () => {
  await (await open('other')).put(entry(1, { router: 'other' }), []);
  expect((await open()).attempts).toEqual([]);
  expect((await open('other')).attempts).toHaveLength(1);
});

test('what is too old, half written or without its entry is swept, and what is damaged is set aside', async () => {
  const journal = await open();
  await journal.put(entry(1, { finished_at: now - DEFAULT_JOURNAL_LIMITS.ageMs - 1 }), []);
  await writeFile(join(dir, `${entry(2).attempt_id}.json.tmp`), '{');
  await writeFile(join(dir, `${entry(3).attempt_id}.${file.sha256}.bin`), png);
  await writeFile(join(dir, `${entry(4).attempt_id}.json`), '{"half":');
  expect((await open()).attempts).toEqual([]);
  expect(await readdir(dir)).toEqual([`${entry(4).attempt_id}.json.bad`]);
  expect(faults).toHaveLength(1);
});

test('the journal is full by count or by bytes', async () => {
  const byCount = await open('r', { entries: 1 });
  expect(byCount.isFull).toBe(false);
  await byCount.put(entry(1), []);
  expect(byCount.isFull).toBe(true);
  expect((await open('r', { bytes: 50 })).isFull).toBe(true);
  await byCount.remove(entry(1).attempt_id);
  expect(byCount.isFull).toBe(false);
});
