import { formatWatt } from '@watt/shared';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { type TrialBalance, trialBalance } from '../ledger/ledger.ts';
import {
  addTransfers,
  balanceOf,
  type LedgerSums,
  movedBy,
  NO_TRANSFERS,
  settledTransfer,
} from './ledger-sums.ts';
import { addRecords, NO_SUMS, type RecordedSums } from './recorded-sums.ts';

/** The books at one moment. Amounts in base units. */
export interface Books {
  accounts: Omit<TrialBalance, 'balanced'>;
  /** Over all time: what came in and stayed, what was set aside to be burned and for nodes, what has left as payouts. */
  flows: { received: bigint; burned: bigint; earned: bigint; paidOut: bigint };
  /** What does not add up, in words; empty when all does. */
  faults: string[];
}

export interface BooksChecker {
  /** `isFull` adds up every transfer and record anew, account by account; else only what came since. */
  check(isFull: boolean): Promise<Books>;
}

/**
 * Compares the ledger with the records of the chain and of payouts, and the kept balances with the transfers, each time in one snapshot. What
 * is long past is added up once and remembered, so that a check costs what happened since the last one.
 */
export function createBooksChecker(sql: SqlClient): BooksChecker {
  let transfers: LedgerSums = NO_TRANSFERS;
  let records: RecordedSums = NO_SUMS;

  const checkSnapshot = async (tx: SqlRunner): Promise<Books> => {
    transfers = await addTransfers(tx, transfers, await settledTransfer(tx, transfers.upTo));
    const [cursor] = await tx<{ slot: bigint }[]>`
      select coalesce(min(finalized_slot), 0) as slot from chain_cursors`;
    const settledSlot = (cursor?.slot ?? 0n) - SETTLED_SLOTS;
    if (settledSlot > records.slot) records = await addRecords(tx, records, settledSlot);
    const now = {
      transfers: await addTransfers(tx, transfers, null),
      records: await addRecords(tx, records, null),
      others: await readOthers(tx),
    };
    return compare(now);
  };

  return {
    async check(isFull) {
      if (isFull) {
        transfers = NO_TRANSFERS;
        records = NO_SUMS;
      }
      const inSnapshot = () => sql.begin('isolation level repeatable read read only', checkSnapshot);
      let books = await inSnapshot();
      if (books.faults.length > 0 && !isFull) {
        // Something of long ago may have been found or taken back since it was added up.
        transfers = NO_TRANSFERS;
        records = NO_SUMS;
        books = await inSnapshot();
      }
      if (!isFull || (await trialBalance(sql)).balanced) return books;
      return { ...books, faults: [...books.faults, 'a kept balance differs from the sum of its transfers'] };
    },
  };
}

// Below a finalized cursor nothing changes any more; the margin is for what a lagging list shows late.
const SETTLED_SLOTS = 1000n;

interface Others {
  customers: bigint;
  nodes: bigint;
  paid: bigint;
  explained: bigint;
}

async function readOthers(sql: SqlRunner): Promise<Others> {
  const [row] = await sql<Record<keyof Others, string>[]>`
    select
      (select coalesce(sum(balance), 0) from accounts where kind = 'customer')::text as customers,
      (select coalesce(sum(balance), 0) from accounts where kind = 'node')::text as nodes,
      (select coalesce(sum(amount), 0) from payouts where state = 'paid')::text as paid,
      (select coalesce(sum(amount), 0) from chain_debits where explanation is not null)::text as explained`;
  const of = (name: keyof Others): bigint => BigInt(row?.[name] ?? 0);
  return { customers: of('customers'), nodes: of('nodes'), paid: of('paid'), explained: of('explained') };
}

function compare(now: { transfers: LedgerSums; records: RecordedSums; others: Others }): Books {
  const { transfers, records, others } = now;
  const accounts = {
    treasury: -balanceOf(transfers, 'treasury'),
    customers: balanceOf(transfers, 'customer'),
    held: balanceOf(transfers, 'held'),
    nodes: balanceOf(transfers, 'node'),
    burn: balanceOf(transfers, 'burn'),
    revenue: balanceOf(transfers, 'revenue'),
    payoutInflight: balanceOf(transfers, 'payout_inflight'),
    suspense: balanceOf(transfers, 'suspense'),
  };
  const received = movedBy(transfers, 'credit') - movedBy(transfers, 'orphan');
  const pairs: [what: string, ledger: bigint, other: bigint][] = [
    ['credits in the ledger and payments on record', received, records.credits],
    ['payouts booked as paid and payouts that are paid', movedBy(transfers, 'paid'), others.paid],
    ['explained debits in the ledger and on record', movedBy(transfers, 'explain'), others.explained],
    ['balances of customers and their transfers', others.customers, accounts.customers],
    ['balances of nodes and their transfers', others.nodes, accounts.nodes],
  ];
  return {
    accounts,
    flows: {
      received,
      burned: movedBy(transfers, 'capture_burn'),
      earned: movedBy(transfers, 'capture_node'),
      paidOut: movedBy(transfers, 'paid'),
    },
    faults: pairs.flatMap(([what, one, other]) =>
      one === other ? [] : [`${what} differ: ${formatUnits(one)} and ${formatUnits(other)} WATT`],
    ),
  };
}

export function formatUnits(units: bigint): string {
  return units < 0n ? `-${formatWatt(-units)}` : formatWatt(units);
}
