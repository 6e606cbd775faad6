import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFakeSolana, type FakeSolana, OURS, transactionOf } from '../../test/harness/fake-solana.ts';
import type { ObservedTransfer } from './observed-transfer.ts';
import type { SignatureStatus } from './solana.ts';
import { Sweeper, type WatcherStore } from './sweeper.ts';
import { createWatcher, type Watcher } from './watcher.ts';

const logger = pino({ level: 'silent' });
const ALICE = 'alice';

/** The store's contract in memory. */
class MemoryStore implements WatcherStore {
  cursor = 0n;
  readonly credits = new Map<
    string,
    { transfer: ObservedTransfer; status: 'confirmed' | 'finalized' | 'orphaned' }
  >();
  readonly order: string[] = [];
  loadCursor = async () => this.cursor;
  async saveCursor(slot: bigint): Promise<void> {
    if (slot <= this.cursor) throw new Error('the cursor went back');
    this.cursor = slot;
  }
  known = async (signatures: string[]) =>
    new Map(
      signatures.flatMap((signature) => {
        const record = this.credits.get(signature);
        return record ? [[signature, { status: record.status, slot: record.transfer.slot }] as const] : [];
      }),
    );
  async record(transfers: ObservedTransfer[], finalized: boolean): Promise<void> {
    for (const transfer of transfers) {
      if (transfer.delta === 0n) throw new Error('recorded what moved nothing');
      const known = this.credits.get(transfer.signature);
      if (known && known.status !== 'orphaned') continue;
      this.credits.set(transfer.signature, { transfer, status: finalized ? 'finalized' : 'confirmed' });
      this.order.push(transfer.signature);
    }
  }
  async finalize(signatures: string[]): Promise<void> {
    for (const signature of signatures) this.#move(signature, 'finalized');
  }
  open = async () =>
    [...this.credits].flatMap(([signature, { transfer, status }]) =>
      status === 'confirmed' ? [{ signature, slot: transfer.slot }] : [],
    );
  orphan = async (signature: string) => this.#move(signature, 'orphaned');
  status = (signature: string) => this.credits.get(signature)?.status;
  #move(signature: string, status: 'finalized' | 'orphaned'): void {
    const credit = this.credits.get(signature);
    if (!credit) throw new Error(`${signature} is not on record`);
    if (credit.status === 'confirmed') credit.status = status;
  }
}

let solana: FakeSolana;
let store: MemoryStore;
beforeEach(() => {
  solana = createFakeSolana();
  store = new MemoryStore();
});
const pay = (slot: number, amount = 5n) => solana.pay({ from: ALICE, amount, memo: 'm', slot });
const row = (signature: string) => {
  const found = solana.listed.find((listed) => listed.signature === signature);
  if (!found) throw new Error(`${signature} is not listed`);
  return found;
};
const readings = () => solana.calls.filter((call) => call.startsWith('transaction'));

describe('Sweeper', () => {
  const newSweeper = () => new Sweeper({ solana, store, ours: OURS, logger });

  it('records what is new, oldest first, and reads nothing twice', async () => {
    const [first, second] = [pay(1), pay(2)];
    const sweeper = newSweeper();
    await sweeper.sweep();
    expect(store.order).toEqual([first, second]);
    await sweeper.sweep();
    expect(readings()).toHaveLength(2);
  });

  it('follows a payment from confirmed to finalized', async () => {
    const signature = pay(5);
    const sweeper = newSweeper();
    await sweeper.sweep();
    expect(store.status(signature)).toBe('confirmed');
    row(signature).finalized = true;
    solana.finalizedSlot = 40n;
    await sweeper.sweep();
    expect(store.status(signature)).toBe('finalized');
    expect(store.cursor).toBe(5n);
  });

  it('records at once as finalized what it first sees so', async () => {
    const signature = pay(5);
    row(signature).finalized = true;
    await newSweeper().sweep();
    expect(store.status(signature)).toBe('finalized');
  });

  it('pages to the end at first, and after that down to the cursor with an overlap', async () => {
    for (let slot = 1; slot <= 2500; slot += 1) pay(slot);
    solana.finalizedSlot = 2500n;
    for (const listed of solana.listed) listed.finalized = true;
    const sweeper = newSweeper();
    await sweeper.sweep();
    expect(store.credits.size).toBe(2500);
    expect(store.cursor).toBe(2500n);
    // The third page was 500 rows, which a list that misses some might say of 1000: so it asked once more.
    expect(solana.calls.filter((call) => call.startsWith('list'))).toHaveLength(4);

    solana.calls.length = 0;
    // Below the cursor and within the overlap: a list of an RPC that lagged had missed it.
    const late = solana.pay({ from: ALICE, amount: 1n, memo: null, slot: 2400 });
    solana.listed.sort((a, b) => Number(b.slot - a.slot));
    row(late).finalized = true;
    await sweeper.sweep();
    expect(store.status(late)).toBe('finalized');
    expect(solana.calls.filter((call) => call.startsWith('list'))).toHaveLength(1);
  });

  it('takes a row that is listed twice for one, and rows in any order oldest first', async () => {
    const signatures = [1, 2, 3, 4].map((slot) => pay(slot));
    const [first, second, third, fourth] = solana.listed.splice(0);
    solana.listed.push(...[third, first, third, fourth, second, first].flatMap((each) => each ?? []));
    await newSweeper().sweep();
    expect(store.order).toEqual(signatures);
    expect(readings()).toHaveLength(4);
  });

  it('ignores for good what failed and what moved nothing, and records what left', async () => {
    const failed = pay(1);
    row(failed).failed = true;
    const nothing = pay(2, 0n);
    const away = pay(3, -5n);
    const sweeper = newSweeper();
    await sweeper.sweep();
    await sweeper.sweep();
    expect(store.order).toEqual([away]);
    expect(readings()).toEqual([`transaction ${nothing}`, `transaction ${away}`]);
  });

  it('keeps the cursor below a transaction that cannot be read yet, and records it when it can', async () => {
    const [unread, read] = [pay(10), pay(20)];
    const whole = solana.transactions.get(unread) ?? null;
    solana.transactions.set(unread, null);
    row(read).finalized = true;
    const sweeper = newSweeper();
    expect(await sweeper.sweep()).toBe(10n);
    expect(store.order).toEqual([read]);
    expect(store.cursor).toBe(10n);
    await sweeper.sweep();
    expect(store.cursor).toBe(10n);
    solana.transactions.set(unread, whole);
    expect(await sweeper.sweep()).toBe(null);
    expect(store.order).toEqual([read, unread]);
    expect(store.cursor).toBe(20n);
  });

  it('asks only a node that has seen the slot, and reads again further back when told to', async () => {
    const old = pay(10);
    row(old).finalized = true;
    store.cursor = 5000n;
    pay(4990);
    const sweeper = newSweeper();
    solana.seenSlot = 0n;
    await expect(sweeper.sweep({ minSlot: 1n })).rejects.toThrow('behind');
    solana.seenSlot = 1n;
    await sweeper.sweep({ minSlot: 1n });
    expect(store.credits.has(old)).toBe(false);
    await sweeper.sweep({ downTo: 0n });
    expect(store.status(old)).toBe('finalized');
  });

  it('needs one call for each transaction and one for each sweep, notices included', async () => {
    const sweeper = newSweeper();
    for (let round = 0; round < 10; round += 1) {
      const paid = Array.from({ length: 10 }, () => pay(round + 1));
      await Promise.all(paid.map((signature) => sweeper.read([{ signature, finalized: false }])));
      if (round > 0)
        for (const listed of solana.listed.filter((l) => l.slot <= round)) listed.finalized = true;
      await Promise.all([
        sweeper.sweep(),
        ...paid.map((signature) => sweeper.read([{ signature, finalized: false }])),
      ]);
    }
    expect(readings()).toHaveLength(100);
    expect(solana.calls).toHaveLength(110);
  });

  it('never moves the cursor after a sweep that failed', async () => {
    row(pay(1)).finalized = true;
    solana.transactions.clear();
    await expect(newSweeper().sweep()).rejects.toThrow('was not planned');
    expect(store.cursor).toBe(0n);
  });
});

describe('a confirmed payment that is not listed any more', () => {
  let signature: string;
  let sweeper: Sweeper;
  beforeEach(async () => {
    signature = pay(5);
    sweeper = new Sweeper({ solana, store, ours: OURS, logger });
    await sweeper.sweep();
  });
  const vanish = (status: SignatureStatus): void => {
    solana.listed.length = 0;
    solana.finalizedSlot = 100n;
    solana.statuses.set(signature, status);
  };

  it('is reversed after three sweeps that do not know it, not before', async () => {
    vanish('unknown');
    await sweeper.sweep();
    await sweeper.sweep();
    expect(store.status(signature)).toBe('confirmed');
    await sweeper.sweep();
    expect(store.status(signature)).toBe('orphaned');
    solana.calls.length = 0;
    await sweeper.sweep();
    expect(solana.calls.filter((call) => call.startsWith('status'))).toEqual([]);
  });

  it.each([
    ['known after all', () => vanish({ finalized: false, failed: false })],
    ['listed again', () => solana.listed.push({ signature, slot: 5n, failed: false, finalized: false })],
  ])('begins to count again when it is %s in between', async (_, comeBack) => {
    vanish('unknown');
    await sweeper.sweep();
    await sweeper.sweep();
    comeBack();
    await sweeper.sweep();
    vanish('unknown');
    await sweeper.sweep();
    await sweeper.sweep();
    expect(store.status(signature)).toBe('confirmed');
    await sweeper.sweep();
    expect(store.status(signature)).toBe('orphaned');
  });

  it('is finalized when the RPC knows it as such', async () => {
    vanish({ finalized: true, failed: false });
    await sweeper.sweep();
    expect(store.status(signature)).toBe('finalized');
  });

  it('is reversed when it landed again on another fork and failed there', async () => {
    vanish({ finalized: true, failed: true });
    for (let i = 0; i < 3; i += 1) await sweeper.sweep();
    expect(store.status(signature)).toBe('orphaned');
  });

  it('counts anew when it lands again, and not while a node that lags lists it where it was', async () => {
    vanish('unknown');
    for (let i = 0; i < 3; i += 1) await sweeper.sweep();
    expect(store.status(signature)).toBe('orphaned');
    solana.listed.push({ signature, slot: 5n, failed: false, finalized: false });
    await sweeper.sweep();
    expect(store.status(signature)).toBe('orphaned');
    solana.listed[0] = { signature, slot: 120n, failed: false, finalized: false };
    const again = transactionOf(signature, { from: ALICE, amount: 5n, memo: 'm', slot: 120 });
    solana.transactions.set(signature, again);
    await sweeper.sweep();
    expect(store.credits.get(signature)).toMatchObject({ status: 'confirmed', transfer: { slot: 120n } });
  });

  it('is left alone on the word of a node that has not seen enough', async () => {
    vanish('unsure');
    for (let i = 0; i < 5; i += 1) await sweeper.sweep();
    expect(store.status(signature)).toBe('confirmed');
  });

  it('is left alone while its slot is not final', async () => {
    vanish('unknown');
    solana.finalizedSlot = 4n;
    for (let i = 0; i < 5; i += 1) await sweeper.sweep();
    expect(store.status(signature)).toBe('confirmed');
  });
});

describe('createWatcher', () => {
  let watcher: Watcher;
  const processed: string[] = [];
  beforeEach(() => {
    processed.length = 0;
    watcher = createWatcher({
      solana,
      store,
      ours: OURS,
      logger,
      pollMs: 10,
      onProcessed: (hint) => void processed.push(hint.signature),
    });
  });
  afterEach(() => watcher.stop());
  const sweeps = () => solana.calls.filter((call) => call.startsWith('list')).length;

  it('shares one sweep among those who come while another runs', async () => {
    const first = watcher.sync();
    const others = Array.from({ length: 50 }, () => watcher.sync());
    await Promise.all([first, ...others]);
    expect(sweeps()).toBe(2);
  });

  it('begins the shared sweep after they came, for the running one may have listed before', async () => {
    const first = watcher.sync();
    await Promise.resolve();
    const second = watcher.sync();
    const signature = pay(1);
    await Promise.all([first, second]);
    expect(store.status(signature)).toBe('confirmed');
  });

  it('rejects while the RPC is down and works when it is back', async () => {
    solana.isDown = true;
    const [first, second] = await Promise.allSettled([watcher.sync(), watcher.sync()]);
    expect([first?.status, second?.status]).toEqual(['rejected', 'rejected']);
    expect(watcher.ageMs()).toBe(Number.POSITIVE_INFINITY);
    solana.isDown = false;
    await watcher.sync();
    expect(watcher.ageMs()).toBeLessThan(1000);
  });

  it('polls by itself, through a failure too, until it is stopped', async () => {
    solana.isDown = true;
    watcher.start();
    await vi.waitFor(() => expect(sweeps()).toBeGreaterThan(2));
    solana.isDown = false;
    const signature = pay(3);
    await vi.waitFor(() => expect(store.status(signature)).toBe('confirmed'));
    await watcher.stop();
    const after = sweeps();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(sweeps()).toBe(after);
  });

  it('polls only when nobody else has read for a while', async () => {
    vi.useFakeTimers();
    try {
      watcher.start();
      await vi.advanceTimersByTimeAsync(5);
      expect(sweeps()).toBe(1);
      for (let i = 0; i < 10; i += 1) {
        await vi.advanceTimersByTimeAsync(4);
        await watcher.sync();
      }
      expect(sweeps()).toBe(11);
      await vi.advanceTimersByTimeAsync(25);
      expect(sweeps()).toBeGreaterThan(11);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes a confirmed notice as a reason to read, and a processed one as a rumour', async () => {
    watcher.start();
    const signature = crypto.randomUUID();
    solana.transactions.set(
      signature,
      transactionOf(signature, { from: ALICE, amount: 5n, memo: 'm', slot: 2 }),
    );
    solana.hint('processed', { signature, memos: ['m'], failed: false });
    expect(processed).toEqual([signature]);
    expect(store.status(signature)).toBeUndefined();
    solana.hint('confirmed', { signature, memos: ['m'], failed: false });
    await vi.waitFor(() => expect(store.status(signature)).toBe('confirmed'));
  });

  it('lets failed notices and notices that cannot be read pass', async () => {
    watcher.start();
    solana.hint('confirmed', { signature: 'failed', memos: [], failed: true });
    solana.hint('confirmed', { signature: 'unplanned', memos: [], failed: false });
    await vi.waitFor(() => expect(readings()).toEqual(['transaction unplanned']));
    await watcher.stop();
    solana.hint('confirmed', { signature: 'afterwards', memos: [], failed: false });
    expect(readings()).toEqual(['transaction unplanned']);
  });
});
