import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Artifact, ArtifactRefSchema, parseJson, ServiceSchema } from '@watt/shared';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { syncFolder, writeDurably } from '../config/write-durably.ts';
import type { NodeLogger } from '../connection/node-logger.ts';

const Hex = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** A finished attempt as it stands on disk until the router acknowledges it. */
const JournalEntrySchema = Type.Object({
  attempt_id: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  job_id: Type.String(),
  service: ServiceSchema,
  request_sha256: Hex,
  outcome: Type.Union([Type.Literal('completed'), Type.Literal('failed')]),
  retryable: Type.Boolean(),
  started_at: Type.Integer(),
  finished_at: Type.Integer(),
  artifacts: Type.Array(Type.Intersect([ArtifactRefSchema, Type.Object({ sha256: Hex })])),
  payload: Type.String(),
  /** The signature with which the result may be given to others. */
  copy: Type.Optional(Type.String()),
  /** The key of the router that gave the job; no other one hears of it. */
  router: Type.String(),
});
export type JournalEntry = Static<typeof JournalEntrySchema>;

const entryCheck = Compile(JournalEntrySchema);

export interface JournalLimits {
  entries: number;
  bytes: number;
  /** From the end of the attempt. The lease is long over by then; this is for routers that never come back. */
  ageMs: number;
}

export const DEFAULT_JOURNAL_LIMITS: JournalLimits = {
  entries: 1000,
  bytes: 512 * 1024 * 1024,
  ageMs: 3 * 24 * 60 * 60 * 1000,
};

export interface JournalOptions {
  dir: string;
  router: string;
  limits: JournalLimits;
  clock: () => number;
  logger: NodeLogger;
}

/** One file for each result and one for each of its artifacts, in one folder. Results survive `kill -9` once `put` resolves. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #kept = new Map<string, { bytes: number; files: string[] }>();
  #bytes = 0;

  private constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Reads what an earlier process left, drops what is too old, and sets aside what cannot be read. */
  static async open(options: JournalOptions): Promise<Journal> {
    const journal = new Journal(options);
    await mkdir(options.dir, { recursive: true, mode: 0o700 });
    await journal.#load();
    return journal;
  }

  /** Attempts whose results wait for this router, oldest first. */
  get attempts(): string[] {
    return [...this.#kept.keys()];
  }

  has(attemptId: string): boolean {
    return this.#kept.has(attemptId);
  }

  /** True when no more work should be taken on, because its result could not be kept. */
  get isFull(): boolean {
    const { entries, bytes } = this.#options.limits;
    return this.#kept.size >= entries || this.#bytes >= bytes;
  }

  /** Resolves when the result and its artifacts are on disk for good. */
  async put(entry: JournalEntry, artifacts: readonly Artifact[]): Promise<void> {
    // The entry is what counts, so it comes last: without it, its artifacts are rubbish and are swept at the next start.
    for (const { sha256, bytes } of artifacts)
      await writeDurably(this.#artifact(entry.attempt_id, sha256), bytes);
    const text = JSON.stringify(entry);
    await writeDurably(this.#entry(entry.attempt_id), text);
    this.#note(entry, Buffer.byteLength(text));
  }

  /** The result with its artifacts, or null when it is gone or was damaged on disk. */
  async read(attemptId: string): Promise<{ entry: JournalEntry; artifacts: Uint8Array[] } | null> {
    try {
      const text = await readFile(this.#entry(attemptId), 'utf8');
      const entry = parseJson(text);
      if (!entryCheck.Check(entry)) return null;
      const artifacts = await Promise.all(
        entry.artifacts.map(({ sha256 }) => readFile(this.#artifact(attemptId, sha256))),
      );
      return { entry, artifacts };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async remove(attemptId: string): Promise<void> {
    const files = this.#kept.get(attemptId)?.files ?? [];
    this.#forget(attemptId);
    // The entry goes first: a crash in between leaves artifacts without an entry, which the next start sweeps.
    await rm(this.#entry(attemptId), { force: true });
    for (const file of files) await rm(file, { force: true });
  }

  #entry(attemptId: string): string {
    return join(this.#options.dir, `${attemptId}.json`);
  }

  #artifact(attemptId: string, sha256: string): string {
    return join(this.#options.dir, `${attemptId}.${sha256}.bin`);
  }

  #note(entry: JournalEntry, textBytes: number): void {
    this.#forget(entry.attempt_id);
    const bytes = entry.artifacts.reduce((sum, { size_bytes }) => sum + size_bytes, textBytes);
    const files = entry.artifacts.map(({ sha256 }) => this.#artifact(entry.attempt_id, sha256));
    this.#kept.set(entry.attempt_id, { bytes, files });
    this.#bytes += bytes;
  }

  #forget(attemptId: string): void {
    this.#bytes -= this.#kept.get(attemptId)?.bytes ?? 0;
    this.#kept.delete(attemptId);
  }

  async #load(): Promise<void> {
    const { dir, router, limits, clock, logger } = this.#options;
    const names = await readdir(dir);
    const kept = new Set<string>();
    const mine: { entry: JournalEntry; bytes: number }[] = [];
    for (const name of names.filter((one) => one.endsWith('.json'))) {
      const path = join(dir, name);
      const entry = parseJson(await readFile(path, 'utf8'));
      if (!entryCheck.Check(entry) || `${entry.attempt_id}.json` !== name) {
        logger.error({ file: path }, 'a journal file cannot be read and is set aside');
        await rename(path, `${path}.bad`);
      } else if (clock() - entry.finished_at <= limits.ageMs) {
        kept.add(entry.attempt_id);
        if (entry.router === router) mine.push({ entry, bytes: (await stat(path)).size });
      }
    }
    // Too old, half written, or the artifacts of an entry that was never completed.
    for (const name of names.filter((one) => !one.endsWith('.bad') && !kept.has(one.split('.')[0] ?? ''))) {
      await rm(join(dir, name), { force: true });
    }
    await syncFolder(dir);
    mine.sort((a, b) => a.entry.finished_at - b.entry.finished_at);
    for (const { entry, bytes } of mine) this.#note(entry, bytes);
  }
}
