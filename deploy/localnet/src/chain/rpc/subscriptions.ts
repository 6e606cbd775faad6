import { COMMITMENT_AGE, type Commitment } from '../commitment.ts';
import { type AccountEncoding, encodeAccount } from '../format/encode-account.ts';
import type { LandedTransaction } from '../landed-transaction.ts';
import type { ChainParts } from './rpc-request.ts';

/** What a subscription waits for. */
export type Topic =
  | { readonly kind: 'signature'; readonly signature: string; readonly commitment: Commitment }
  | { readonly kind: 'logs'; readonly mentions: string | null; readonly commitment: Commitment }
  | {
      readonly kind: 'account';
      readonly address: string;
      readonly commitment: Commitment;
      readonly encoding: AccountEncoding;
    }
  | { readonly kind: 'slot' };

export interface Subscription {
  readonly id: number;
  readonly topic: Topic;
  /** Sends one notice; the method is `<kind>Notification`. */
  readonly notify: (result: unknown) => void;
  /** Called when the subscription has ended by itself. */
  readonly onEnd: () => void;
}

const LEVELS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];

/** Who waits for what, and telling them when a transaction reaches the commitment that they asked for. */
export class Subscriptions {
  readonly #chain: Pick<ChainParts, 'clock' | 'ledger' | 'accounts' | 'faults' | 'random'>;
  readonly #bySignature = new Map<string, Set<Subscription>>();
  readonly #byAddress = new Map<string, Set<Subscription>>();
  readonly #logs = new Set<Subscription>();
  readonly #slots = new Set<Subscription>();

  constructor(chain: Pick<ChainParts, 'clock' | 'ledger' | 'accounts' | 'faults' | 'random'>) {
    this.#chain = chain;
  }

  /** A signature that has got there already is told of at once. */
  add(subscription: Subscription): void {
    const { topic } = subscription;
    if (topic.kind === 'slot') this.#slots.add(subscription);
    if (topic.kind === 'logs') this.#logs.add(subscription);
    if (topic.kind === 'account') join(this.#byAddress, topic.address, subscription);
    if (topic.kind !== 'signature') return;
    join(this.#bySignature, topic.signature, subscription);
    const transaction = this.#chain.ledger.get(topic.signature);
    const age = this.#chain.clock.slot - (transaction?.slot ?? Number.POSITIVE_INFINITY);
    if (transaction !== undefined && age >= COMMITMENT_AGE[topic.commitment]) {
      this.#tellSignature(subscription, transaction);
    }
  }

  remove(subscription: Subscription): void {
    const { topic } = subscription;
    this.#slots.delete(subscription);
    this.#logs.delete(subscription);
    if (topic.kind === 'signature') leave(this.#bySignature, topic.signature, subscription);
    if (topic.kind === 'account') leave(this.#byAddress, topic.address, subscription);
  }

  onLanded(transaction: LandedTransaction): void {
    this.#reached(transaction, 'processed');
  }

  /** Everything that becomes confirmed or finalized with this slot. */
  onSlot(slot: number): void {
    for (const level of LEVELS) {
      if (level === 'processed') continue;
      for (const transaction of this.#chain.ledger.inSlot(slot - COMMITMENT_AGE[level])) {
        this.#reached(transaction, level);
      }
    }
    const root = slot - COMMITMENT_AGE.finalized;
    for (const subscription of this.#slots) this.#send(subscription, { slot, parent: slot - 1, root });
  }

  #reached(transaction: LandedTransaction, level: Commitment): void {
    const { signature, slot, keys } = transaction;
    for (const subscription of [...(this.#bySignature.get(signature) ?? [])]) {
      if (commitmentOf(subscription) === level) this.#tellSignature(subscription, transaction);
    }
    for (const subscription of this.#logs) {
      const { topic } = subscription;
      if (topic.kind !== 'logs' || topic.commitment !== level) continue;
      if (topic.mentions === null || keys.includes(topic.mentions)) {
        const value = { signature, err: transaction.error, logs: transaction.logs };
        this.#send(subscription, { context: { slot }, value });
      }
    }
    if (this.#byAddress.size > 0) for (const address of keys) this.#tellAccount(address, slot, level);
  }

  #tellSignature(subscription: Subscription, transaction: LandedTransaction): void {
    this.remove(subscription);
    this.#send(subscription, { context: { slot: transaction.slot }, value: { err: transaction.error } });
    subscription.onEnd();
  }

  #tellAccount(address: string, slot: number, level: Commitment): void {
    const { accounts } = this.#chain;
    const waiting = this.#byAddress.get(address);
    if (waiting === undefined || accounts.changedAt(address, slot) !== slot) return;
    const account = accounts.at(address, slot) ?? CLOSED_ACCOUNT;
    for (const subscription of waiting) {
      const { topic } = subscription;
      if (topic.kind !== 'account' || topic.commitment !== level) continue;
      const value = encodeAccount(account, topic.encoding, (other) => accounts.at(other, slot));
      this.#send(subscription, { context: { slot }, value });
    }
  }

  #send(subscription: Subscription, result: unknown): void {
    const { lostNoticeRate } = this.#chain.faults;
    if (lostNoticeRate > 0 && this.#chain.random() < lostNoticeRate) return;
    subscription.notify(result);
  }
}

/** A closed account is told of as one without lamports, as by a real node. */
const CLOSED_ACCOUNT = {
  lamports: 0n,
  data: new Uint8Array(),
  owner: '11111111111111111111111111111111',
  isExecutable: false,
};

function commitmentOf({ topic }: Subscription): Commitment {
  return topic.kind === 'slot' ? 'processed' : topic.commitment;
}

function join(map: Map<string, Set<Subscription>>, key: string, subscription: Subscription): void {
  const set = map.get(key) ?? new Set();
  set.add(subscription);
  map.set(key, set);
}

function leave(map: Map<string, Set<Subscription>>, key: string, subscription: Subscription): void {
  const set = map.get(key);
  set?.delete(subscription);
  if (set?.size === 0) map.delete(key);
}
