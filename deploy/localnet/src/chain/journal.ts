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
import type { MaybeAccount } from './account-state.ts';
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
    writeSync(this.#file, `${formatRecord(record)}\n`);
  }

  close(): void {
    if (this.#file === null) return;
    fsyncSync(this.#file);
    closeSync(this.#file);
    this.#file = null;
  }
}

/** How bytes and bigints are written: base64 and decimal. */
interface StoredAccount {
  readonly lamports: string;
  readonly data: string;
  readonly owner: string;
  readonly isExecutable: boolean;
}

type StoredRecord =
  | Exclude<JournalRecord, { type: 'landed' }>
  | {
      readonly type: 'landed';
      readonly transaction: Omit<LandedTransaction, 'raw'> & { readonly raw: string };
      readonly accounts: readonly { readonly address: string; readonly account: StoredAccount | null }[];
    };

function formatRecord(record: JournalRecord): string {
  if (record.type !== 'landed') return JSON.stringify(record);
  const { transaction, accounts } = record;
  const stored: StoredRecord = {
    type: 'landed',
    transaction: { ...transaction, raw: Buffer.from(transaction.raw).toString('base64') },
    accounts: accounts.map(({ address, account }) => ({
      address,
      account: account && {
        lamports: account.lamports.toString(),
        data: Buffer.from(account.data).toString('base64'),
        owner: account.owner,
        isExecutable: account.isExecutable,
      },
    })),
  };
  return JSON.stringify(stored);
}

function parseRecord(line: string): JournalRecord {
  const stored = JSON.parse(line) as StoredRecord;
  if (stored.type !== 'landed') return stored;
  const { transaction, accounts } = stored;
  return {
    type: 'landed',
    transaction: { ...transaction, raw: new Uint8Array(Buffer.from(transaction.raw, 'base64')) },
    accounts: accounts.map(({ address, account }) => ({
      address,
      account: account && {
        lamports: BigInt(account.lamports),
        data: new Uint8Array(Buffer.from(account.data, 'base64')),
        owner: account.owner,
        isExecutable: account.isExecutable,
      },
    })),
  };
}
