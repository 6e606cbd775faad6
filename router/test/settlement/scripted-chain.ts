import { createHash } from 'node:crypto';
import {
  feeOf,
  type PayoutChain,
  type PayoutOrder,
  type RecipientState,
  type SignatureFinding,
  type Simulation,
} from '../../src/chain/chain.ts';

/** Probabilities of what goes wrong, from 0 to 1, and how far behind a lagging node is. */
export interface ScriptedFaults {
  drop: number;
  late: number;
  lateSlots: number;
  stale: number;
  staleSlots: number;
  /** For each slot: that one transaction which is not final yet disappears. */
  orphan: number;
  /** For each slot: that one such transaction is on another fork than the nodes look at, and back before it is final. */
  hide: number;
}

interface Landed {
  slot: number;
  error: string | null;
  order: PayoutOrder;
  hiddenUntil: number;
}

interface Sent {
  order: PayoutOrder;
  lastValidHeight: number;
}

/** A chain in memory whose slots pass when the test says so. Everything else about it is as on a cluster. */
export interface ScriptedChain extends PayoutChain {
  readonly faults: ScriptedFaults;
  /** Not listed: ready. */
  readonly states: Map<string, RecipientState>;
  /** Wallets whose transfer fails, though their account looks good. */
  readonly refusing: Set<string>;
  /** Wallets whose transfer passes the simulation and fails when it lands. */
  readonly failing: Set<string>;
  readonly landed: Map<string, Landed>;
  /** What was ever sent, by signature. */
  readonly sent: Map<string, Sent>;
  /** How often bytes were handed in. */
  sends: number;
  /** What was on our token account before anything left. */
  deposited: bigint;
  lamports: bigint;
  unitPrice: bigint;
  simulationError: string | null;
  slot: number;
  advance(slots: number): void;
  received(wallet: string): bigint;
  burned(): bigint;
  balance(): bigint;
}

const HEIGHT_BEHIND_SLOT = 1000;
const WINDOW = 150;
const FINAL_AGE = 32;

export function createScriptedChain(random: () => number = () => 1): ScriptedChain {
  const waiting: { signature: string; dueSlot: number }[] = [];
  const good = () => [...chain.landed.values()].filter((landed) => landed.error === null);
  const sum = (amounts: bigint[]): bigint => amounts.reduce((all, amount) => all + amount, 0n);
  const taken = () =>
    sum(good().flatMap(({ order }) => [order.burn, ...order.transfers.map(({ amount }) => amount)]));
  const viewSlot = () => chain.slot - (random() < chain.faults.stale ? chain.faults.staleSlots : 0);
  /** One that is not final yet. */
  const young = (): [string, Landed] | undefined => {
    const all = [...chain.landed].filter(([, { slot }]) => chain.slot - slot < FINAL_AGE);
    return all[Math.floor(random() * all.length)];
  };
  const land = (signature: string): void => {
    const sent = chain.sent.get(signature);
    if (!sent || chain.landed.has(signature)) return;
    if (chain.slot - HEIGHT_BEHIND_SLOT > sent.lastValidHeight) return;
    const bad = sent.order.transfers.find(
      ({ wallet }) =>
        chain.refusing.has(wallet) ||
        chain.failing.has(wallet) ||
        (chain.states.get(wallet) ?? 'ready') !== 'ready',
    );
    const error = bad ? `{"InstructionError":["${bad.wallet}"]}` : null;
    chain.landed.set(signature, { slot: chain.slot, error, order: sent.order, hiddenUntil: 0 });
    if (chain.balance() < 0n) throw new Error('more left than there was');
  };

  const chain: ScriptedChain = {
    tokenAccount: 'our token account',
    signerCount: 1,
    faults: { drop: 0, late: 0, lateSlots: 0, stale: 0, staleSlots: 0, orphan: 0, hide: 0 },
    states: new Map(),
    refusing: new Set(),
    failing: new Set(),
    landed: new Map(),
    sent: new Map(),
    sends: 0,
    deposited: 0n,
    lamports: 1_000_000_000n,
    unitPrice: 0n,
    simulationError: null,
    slot: 5000,
    async latestBlockhash() {
      return {
        blockhash: `hash ${chain.slot}`,
        lastValidHeight: BigInt(chain.slot - HEIGHT_BEHIND_SLOT + WINDOW),
      };
    },
    async finalizedTip() {
      const slot = viewSlot() - FINAL_AGE;
      return { slot: BigInt(slot), height: BigInt(slot - HEIGHT_BEHIND_SLOT) };
    },
    async finalizedBalance() {
      const final = good().filter(({ slot }) => chain.slot - slot >= FINAL_AGE);
      const left = final.flatMap(({ order }) => [order.burn, ...order.transfers.map(({ amount }) => amount)]);
      return chain.deposited - sum(left);
    },
    recipientStates: async (wallets) =>
      new Map(wallets.map((wallet) => [wallet, chain.states.get(wallet) ?? 'ready'])),
    recentUnitPrice: async () => chain.unitPrice,
    feePayerLamports: async () => chain.lamports,
    async simulate(order): Promise<Simulation> {
      if (chain.simulationError) return { outcome: 'unable', error: chain.simulationError };
      const bad = order.transfers.find(({ wallet }) => chain.refusing.has(wallet));
      return bad
        ? { outcome: 'refused', error: `${bad.wallet} refuses` }
        : { outcome: 'ok', units: 10_000 * order.transfers.length + 5000 };
    },
    sign(order, terms) {
      const text = JSON.stringify([order, terms], (_, value) =>
        typeof value === 'bigint' ? `${value}` : value,
      );
      const signature = createHash('sha256').update(text).digest('hex');
      chain.sent.set(signature, { order, lastValidHeight: Number(terms.lastValidHeight) });
      return { signature, raw: Buffer.from(signature), feeLamports: feeOf(1, terms) };
    },
    async send(raw) {
      chain.sends += 1;
      const signature = Buffer.from(raw).toString();
      if (random() < chain.faults.drop) return;
      if (random() < chain.faults.late)
        waiting.push({ signature, dueSlot: chain.slot + Math.ceil(random() * chain.faults.lateSlots) });
      else land(signature);
    },
    async find(signature, slot): Promise<SignatureFinding> {
      const view = viewSlot();
      const landed = chain.landed.get(signature);
      if (landed && landed.slot <= view && chain.slot >= landed.hiddenUntil)
        return { known: 'landed', finalized: view - landed.slot >= FINAL_AGE, error: landed.error };
      return { known: BigInt(view) >= slot ? 'unknown' : 'unsure' };
    },
    advance(slots) {
      for (let i = 0; i < slots; i += 1) {
        chain.slot += 1;
        const due = waiting.filter((entry) => entry.dueSlot <= chain.slot);
        for (const entry of due) {
          waiting.splice(waiting.indexOf(entry), 1);
          land(entry.signature);
        }
        if (random() < chain.faults.orphan) chain.landed.delete(young()?.[0] ?? '');
        const hidden = random() < chain.faults.hide ? young()?.[1] : undefined;
        if (hidden) {
          const finalSlot = hidden.slot + FINAL_AGE;
          hidden.hiddenUntil = chain.slot + Math.floor(random() * (finalSlot - chain.slot));
        }
      }
    },
    received: (wallet) =>
      sum(
        good().flatMap(({ order }) =>
          order.transfers.filter((transfer) => transfer.wallet === wallet).map(({ amount }) => amount),
        ),
      ),
    burned: () => sum(good().map(({ order }) => order.burn)),
    balance: () => chain.deposited - taken(),
  };
  return chain;
}
