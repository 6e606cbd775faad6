import { createHash } from 'node:crypto';
import { Keypair, SystemProgram } from '@solana/web3.js';
import { AccountHistory } from './account-history.ts';
import type { MaybeAccount } from './account-state.ts';
import { Journal, type JournalRecord } from './journal.ts';
import { TransactionLedger } from './transaction-ledger.ts';
import type { Vm } from './vm.ts';

/** The journal names the slot once in so many slots; after a restart the chain goes on behind the next such mark. */
export const SLOT_MARK_EVERY = 32;

/** 5 million SOL: below 2^53 lamports, so that the faucet's balance stays exact in JSON. */
const FAUCET_LAMPORTS = 5_000_000_000_000_000n;

/** New chains start this far behind the VM's first slot, so that a finalized view exists at once. */
const HEAD_START_SLOTS = 64;

export interface ChainState {
  /** Random bytes of this chain: its blockhashes, genesis hash and faucet key follow from them. */
  readonly seed: Uint8Array;
  readonly slot: number;
  readonly faucet: Keypair;
  readonly ledger: TransactionLedger;
  readonly accounts: AccountHistory;
  append(record: JournalRecord): void;
  close(): void;
}

/**
 * The state of a new chain, or the one that the journal tells of.
 * @param options.journalPath without one nothing is kept.
 * @param options.newSeed 32 random bytes, used where there is no chain yet.
 */
export async function openChainState(options: {
  vm: Vm;
  journalPath?: string | undefined;
  newSeed: Uint8Array;
}): Promise<ChainState> {
  const { vm, journalPath } = options;
  const accounts = new AccountHistory(rememberPrograms(vm.account));
  const ledger = new TransactionLedger();
  let origin: { seed: Uint8Array; faucet: Keypair } | null = null;
  let slot = vm.firstSlot + HEAD_START_SLOTS;

  const apply = (record: JournalRecord): void => {
    if (record.type === 'genesis') {
      origin = createOrigin(vm, new Uint8Array(Buffer.from(record.seed, 'hex')));
    } else if (record.type === 'slot') {
      slot = Math.max(slot, record.slot + SLOT_MARK_EVERY);
    } else if (record.type === 'orphaned') {
      accounts.undoFrom(record.sequence);
      ledger.remove(record.signature);
    } else {
      const { sequence, slot: landedIn } = record.transaction;
      for (const { address, account } of record.accounts) {
        const before = accounts.latest(address);
        accounts.record(address, { sequence, slot: landedIn, before, after: account });
      }
      ledger.put(record.transaction);
      slot = Math.max(slot, landedIn + 1);
    }
  };

  const journal = journalPath === undefined ? null : await Journal.open(journalPath, apply);
  if (origin === null) {
    origin = createOrigin(vm, options.newSeed);
    journal?.append({ type: 'genesis', seed: Buffer.from(options.newSeed).toString('hex') });
  }
  for (const address of accounts.addresses()) vm.setAccount(address, accounts.latest(address));

  return {
    ...origin,
    slot,
    ledger,
    accounts,
    append: (record) => journal?.append(record),
    close: () => journal?.close(),
  };
}

function createOrigin(vm: Vm, seed: Uint8Array): { seed: Uint8Array; faucet: Keypair } {
  const faucet = Keypair.fromSeed(createHash('sha256').update(seed).update('faucet').digest());
  vm.setAccount(faucet.publicKey.toBase58(), faucetAccount());
  return { seed, faucet };
}

function faucetAccount(): MaybeAccount {
  return {
    lamports: FAUCET_LAMPORTS,
    data: new Uint8Array(),
    owner: SystemProgram.programId.toBase58(),
    isExecutable: false,
  };
}

/** Programs never change here and are large, so the VM is asked for each of them once. */
function rememberPrograms(read: (address: string) => MaybeAccount): (address: string) => MaybeAccount {
  const programs = new Map<string, MaybeAccount>();
  return (address) => {
    const known = programs.get(address);
    if (known !== undefined) return known;
    const account = read(address);
    if (account?.isExecutable) programs.set(address, account);
    return account;
  };
}
