import { createHash, randomBytes } from 'node:crypto';
import bs58 from 'bs58';
import { Bank } from './bank.ts';
import { BlockClock } from './block-clock.ts';
import { type ChainState, openChainState, SLOT_MARK_EVERY } from './chain-state.ts';
import { type ChainFaults, createFaults } from './faults.ts';
import { Inbox } from './inbox.ts';
import type { ChainParts } from './rpc/rpc-request.ts';
import { openRpcServer } from './rpc/rpc-server.ts';
import { Subscriptions } from './rpc/subscriptions.ts';
import { createVm } from './vm.ts';

export interface ChainOptions {
  readonly host?: '127.0.0.1' | '0.0.0.0';
  /** 0 takes any free pair of ports. */
  readonly rpcPort: number;
  /** The port after the RPC's unless said otherwise: web3.js expects it there. */
  readonly wsPort?: number;
  /** 400 as on mainnet unless said otherwise. */
  readonly slotMs?: number;
  readonly faults?: Partial<ChainFaults>;
  /** The file that keeps the chain over restarts; without it the chain is forgotten on close. */
  readonly snapshotPath?: string;
  /** Draws the faults: a number from 0 to below 1. */
  readonly random?: () => number;
  /** Unix time in milliseconds. */
  readonly now?: () => number;
}

export interface Chain {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /** Change any field at any time. */
  readonly faults: ChainFaults;
  slot(): number;
  /** Lets slots pass at once, with all that they bring: confirmations, finality, expiry. */
  warpSlots(count: number): void;
  /** Makes a transaction that is not finalized one that never was. @throws RangeError if it is unknown or finalized. */
  orphan(signature: string): void;
  close(): Promise<void>;
}

const DEFAULT_SLOT_MS = 400;

/** `SlotHashes` as programs see it; the cluster's has 512, of which only the newest are of use here. */
const RECENT_HASHES = 64;

/**
 * Starts a Solana dev chain: the real VM and programs (LiteSVM) behind JSON-RPC over HTTP and websocket.
 * Reads go back in time as far as a commitment wants: confirmed is one slot old, finalized 32.
 *
 * @throws Error with code EADDRINUSE where a port is taken.
 */
export async function startChain(options: ChainOptions): Promise<Chain> {
  const { host = '127.0.0.1', rpcPort, wsPort, slotMs = DEFAULT_SLOT_MS } = options;
  const { chain, state, subscriptions } = await assembleChain(options);
  const { clock, faults } = chain;
  const passSlot = (): void => {
    clock.advance(1);
    if (clock.slot % SLOT_MARK_EVERY === 0) state.append({ type: 'slot', slot: clock.slot });
    showTime(chain);
    chain.inbox.onSlot(clock.slot);
    subscriptions.onSlot(clock.slot);
  };
  showTime(chain);
  state.append({ type: 'slot', slot: clock.slot });
  const server = await openRpcServer({ chain, subscriptions, host, rpcPort, wsPort }).catch((error) => {
    state.close();
    throw error;
  });
  const timer = setInterval(() => {
    passSlot();
    if (faults.outage === 'disconnected') server.disconnectAll();
  }, slotMs);

  const shutDown = async (): Promise<void> => {
    clearInterval(timer);
    await server.close();
    state.append({ type: 'slot', slot: clock.slot });
    state.close();
  };
  let closed: Promise<void> | undefined;
  return {
    rpcUrl: `http://${host}:${server.rpcPort}`,
    wsUrl: `ws://${host}:${server.wsPort}`,
    faults,
    slot: () => clock.slot,
    warpSlots: (count) => {
      for (let i = 0; i < count; i++) passSlot();
    },
    orphan: (signature) => chain.bank.orphan(signature),
    close: () => {
      closed ??= shutDown();
      return closed;
    },
  };
}

async function assembleChain(
  options: ChainOptions,
): Promise<{ chain: ChainParts; state: ChainState; subscriptions: Subscriptions }> {
  const { random = Math.random, now = Date.now } = options;
  const vm = createVm();
  const state = await openChainState({ vm, journalPath: options.snapshotPath, newSeed: randomBytes(32) });
  const { seed, slot, ledger, accounts, faucet } = state;
  const clock = new BlockClock({ seed, slot, now });
  const faults = createFaults(options.faults);
  const subscriptions = new Subscriptions({ clock, ledger, accounts, faults, random });
  const onLanded = subscriptions.onLanded.bind(subscriptions);
  const bank = new Bank({ vm, clock, ledger, accounts, append: state.append, onLanded });
  const inbox = new Inbox(bank, faults, random);
  const genesisHash = bs58.encode(createHash('sha256').update(seed).update('genesis').digest());
  const chain = { vm, clock, ledger, accounts, bank, inbox, faults, faucet, genesisHash, random };
  return { chain, state, subscriptions };
}

/** Lets programs see the present slot and time. */
function showTime({ vm, clock }: ChainParts): void {
  vm.setTime(clock.slot, clock.blockTimeOf(clock.slot) ?? 0);
  vm.setRecentHashes(clock.recentHashes(RECENT_HASHES));
}
