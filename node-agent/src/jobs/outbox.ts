import type { Ack, Artifact, Result, Unordered } from '@watt/shared';
import type { NodeLogger } from '../connection/node-logger.ts';
import type { RouterSession } from '../connection/router-session.ts';
import type { Journal, JournalEntry } from './journal.ts';

export interface OutboxLimits {
  /** Results on their way at a time, and the bytes of their artifacts. A router that is slow must not fill this machine’s memory. */
  inFlight: number;
  inFlightBytes: number;
  /** A result that is still unacknowledged after this time is sent again. */
  resendMs: number;
}

export const DEFAULT_OUTBOX_LIMITS: OutboxLimits = {
  inFlight: 64,
  inFlightBytes: 32 * 1024 * 1024,
  resendMs: 30_000,
};

export interface OutboxOptions {
  journal: Journal;
  /** This node's key in base58. */
  node: string;
  limits: OutboxLimits;
  logger: NodeLogger;
  /** Once for each result that the router took off our hands. */
  onSettled: (entry: { attemptId: string; ack: Ack }) => void;
}

interface Flight {
  bytes: number;
  timer: NodeJS.Timeout;
}

/** Sends results until they are acknowledged: at once, again after a silence, and all of them again in every new session. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #flights = new Map<string, Flight>();
  readonly #fresh = new Map<string, { entry: JournalEntry; artifacts: Uint8Array[] }>();
  #queue: string[] = [];
  #session: RouterSession | null = null;
  #pumping: Promise<void> | null = null;
  #onEmpty: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Attempts whose results wait for an ack. */
  get attempts(): string[] {
    return this.#options.journal.attempts;
  }

  /** Keeps a result on disk and starts to send it. */
  async add(entry: JournalEntry, artifacts: readonly Artifact[]): Promise<void> {
    await this.#options.journal.put(entry, artifacts);
    // Sent from memory the first time, from disk later.
    this.#fresh.set(entry.attempt_id, { entry, artifacts: artifacts.map(({ bytes }) => bytes) });
    this.resend(entry.attempt_id);
  }

  resend(attemptId: string): void {
    if (!this.#queue.includes(attemptId)) this.#queue.push(attemptId);
    this.#pump();
  }

  /** A session is there: everything that is unacknowledged goes into it. */
  attach(session: RouterSession): void {
    this.#land();
    this.#session = session;
    this.#queue = this.attempts;
    this.#pump();
  }

  detach(): void {
    this.#land();
    this.#session = null;
    this.#fresh.clear();
  }

  async onAck(ack: Ack): Promise<void> {
    const { journal, onSettled } = this.#options;
    const attemptId = ack.attempt_id;
    if (!journal.has(attemptId)) return;
    const flight = this.#flights.get(attemptId);
    clearTimeout(flight?.timer);
    this.#flights.delete(attemptId);
    this.#fresh.delete(attemptId);
    this.#queue = this.#queue.filter((queued) => queued !== attemptId);
    const removal = journal.remove(attemptId);
    onSettled({ attemptId, ack });
    this.#pump();
    await removal;
    if (this.attempts.length === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Resolves when every result has been acknowledged. */
  empty(): Promise<void> {
    if (this.attempts.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  #land(): void {
    for (const { timer } of this.#flights.values()) clearTimeout(timer);
    this.#flights.clear();
  }

  #pump(): void {
    this.#pumping ??= this.#sendQueued().finally(() => {
      this.#pumping = null;
    });
  }

  async #sendQueued(): Promise<void> {
    while (this.#session?.isOpen && this.#hasRoom()) {
      const attemptId = this.#queue.shift();
      if (attemptId === undefined) return;
      const kept = this.#fresh.get(attemptId) ?? (await this.#read(attemptId));
      this.#fresh.delete(attemptId);
      if (kept && this.#options.journal.has(attemptId)) this.#send(kept.entry, kept.artifacts);
    }
  }

  async #read(attemptId: string): Promise<{ entry: JournalEntry; artifacts: Uint8Array[] } | null> {
    const { journal, logger } = this.#options;
    try {
      return await journal.read(attemptId);
    } catch (error) {
      logger.error({ err: error, attempt: attemptId }, 'a result could not be read from the journal');
      return null;
    }
  }

  #hasRoom(): boolean {
    const { inFlight, inFlightBytes } = this.#options.limits;
    let bytes = 0;
    for (const flight of this.#flights.values()) bytes += flight.bytes;
    return this.#flights.size < inFlight && bytes < inFlightBytes;
  }

  #send(entry: JournalEntry, artifacts: readonly Uint8Array[]): void {
    const session = this.#session;
    if (!session?.isOpen) return;
    // The files of a result stand directly before it, without anything in between.
    for (const bytes of artifacts) session.sendArtifact(bytes);
    session.send(this.#messageOf(entry), entry.payload);
    const { attempt_id: attemptId } = entry;
    clearTimeout(this.#flights.get(attemptId)?.timer);
    this.#flights.set(attemptId, {
      timer: this.#watch(attemptId, session),
      bytes: artifacts.reduce((sum, { length }) => sum + length, entry.payload.length),
    });
  }

  #watch(attemptId: string, session: RouterSession): NodeJS.Timeout {
    return setTimeout(() => {
      const flight = this.#flights.get(attemptId);
      if (!flight) return;
      if (session.bufferedBytes > 0) {
        // A slow line is still busy with the first copy; a second one would only make it slower.
        flight.timer = this.#watch(attemptId, session);
        return;
      }
      this.#flights.delete(attemptId);
      this.resend(attemptId);
    }, this.#options.limits.resendMs);
  }

  #messageOf(entry: JournalEntry): Unordered<Result> {
    const { payload: _, router: __, ...rest } = entry;
    return { type: 'result', node: this.#options.node, ...rest };
  }
}
