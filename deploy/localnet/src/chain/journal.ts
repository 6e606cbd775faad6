import {
  closeSync,
  createReadStream,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { AccountState, MaybeAccount } from './account-state.ts';
import type { LandedTransaction } from './landed-transaction.ts';

/** What an account is after a transaction. */
export interface AccountChange {
  readonly address: string;
  readonly account: MaybeAccount;
}

/** One line of the journal. The state is what follows from all lines in their order. */
export type JournalRecord =
  | { readonly type: 'genesis'; readonly seed: string }
  | { readonly type: 'slot'; readonly slot: number }
  | {
      readonly type: 'landed';
      readonly transaction: LandedTransaction;
      readonly accounts: readonly AccountChange[];
    }
  | { readonly type: 'orphaned'; readonly signature: string; readonly sequence: number };

const NEWLINE = 0x0a;

/**
 * An append-only file with one JSON object a line, written before a transaction is acknowledged: a killed process loses
 * nothing that it has answered. (A power cut may lose the last moment: lines are not flushed to the disk one by one.)
 */
export class Journal {
  #file: number | null;

  private constructor(file: number) {
    this.#file = file;
  }

  /** Reads all whole records, cuts off a line that was torn by a crash, and opens the file for more. */
  static async open(path: string, apply: (record: JournalRecord) => void): Promise<Journal> {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a');
    let wholeBytes = 0;
    let rest = Buffer.alloc(0);
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      rest = Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, start)) {
        apply(parseRecord(rest.toString('utf8', start, end)));
        start = end + 1;
      }
      wholeBytes += start;
      rest = rest.subarray(start);
    }
    if (rest.length > 0) ftruncateSync(file, wholeBytes);
    return new Journal(file);
  }

  append(record: JournalRecord): void {
    if (this.#file === null) throw new Error('the journal is closed');
    writeSync(this.#file, `${JSON.stringify(record, encodeBytes)}\n`);
  }

  close(): void {
    if (this.#file === null) return;
    fsyncSync(this.#file);
    closeSync(this.#file);
    this.#file = null;
  }
}

function parseRecord(line: string): JournalRecord {
  return JSON.parse(line, decodeBytes) as JournalRecord;
}

function encodeBytes(key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  // Buffers arrive here through their own toJSON.
  if (isBufferJson(value)) return Buffer.from(value.data).toString('base64');
  return key === 'lamports' && typeof value === 'bigint' ? value.toString() : value;
}

function decodeBytes(key: string, value: unknown): unknown {
  if (key === 'raw' && typeof value === 'string') return new Uint8Array(Buffer.from(value, 'base64'));
  if (key !== 'account' || value === null) return value;
  const stored = value as { lamports: string; data: string; owner: string; isExecutable: boolean };
  return {
    lamports: BigInt(stored.lamports),
    data: new Uint8Array(Buffer.from(stored.data, 'base64')),
    owner: stored.owner,
    isExecutable: stored.isExecutable,
  } satisfies AccountState;
}

function isBufferJson(value: unknown): value is { type: 'Buffer'; data: number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
}
