import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccountId,
  bookExplained,
  bookPaid,
  claimCredit,
  creditPayments,
  loadSystemAccounts,
  openAccounts,
  reservePayouts,
  returnPayouts,
  type SystemAccounts,
  trialBalance,
} from '../../src/ledger/ledger.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';

let db: FreshDatabase;
let system: SystemAccounts;

beforeAll(async () => {
  db = await freshDatabase();
  system = await loadSystemAccounts(db.database.sql);
});
afterAll(() => db.drop());

async function customer(amount: bigint): Promise<AccountId> {
  const payer = randomUUID();
  await creditPayments(db.database.sql, system, [{ signature: randomUUID(), amount, payer }]);
  return (await openAccounts(db.database.sql, 'customer', [payer])).get(payer) as AccountId;
}

async function payoutOf(source: AccountId, amount: bigint): Promise<string> {
  const id = randomUUID();
  await db.database.sql`
    insert into payouts (id, idem, kind, source, wallet, amount, state)
    values (${id}, ${id}, 'withdrawal', ${source.toString()}::bigint, 'wallet', ${amount.toString()}::bigint, 'queued')`;
  return id;
}

async function reserved(amount: bigint, balance = amount): Promise<{ id: string; source: AccountId }> {
  const source = await customer(balance);
  const id = await payoutOf(source, amount);
  await reservePayouts(db.database.sql, system, [{ payoutId: id, source, amount }]);
  return { id, source };
}

async function balanceOf(account: AccountId): Promise<bigint | undefined> {
  const [row] = await db.database.sql<{ balance: bigint }[]>`
    select balance from accounts where id = ${account.toString()}::bigint`;
  return row?.balance;
}

describe('money on its way out', () => {
  it('is set aside once, and never more than there is', async () => {
    const { sql } = db.database;
    const { id, source } = await reserved(7n, 10n);
    expect(await balanceOf(source)).toBe(3n);
    await expect(reservePayouts(sql, system, [{ payoutId: id, source, amount: 1n }])).rejects.toThrow(/idem/);
    const more = await payoutOf(source, 4n);
    await expect(reservePayouts(sql, system, [{ payoutId: more, source, amount: 4n }])).rejects.toThrow(
      /non_negative/,
    );
  });

  it('of two payouts that race for one balance lets one pass', async () => {
    const { sql } = db.database;
    const source = await customer(10n);
    const ids = await Promise.all(Array.from({ length: 8 }, () => payoutOf(source, 6n)));
    const tries = await Promise.allSettled(
      ids.map((payoutId) => reservePayouts(sql, system, [{ payoutId, source, amount: 6n }])),
    );
    expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
    expect(await balanceOf(source)).toBe(4n);
  });

  it('is paid or returned, never both, whoever is quicker', async () => {
    const { sql } = db.database;
    const { id, source } = await reserved(5n);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => (turn % 2 ? bookPaid : returnPayouts)(sql, system, [id])),
    );
    expect(results.filter((resolved) => resolved.has(id))).toHaveLength(1);
    const [end] = await sql<{ outcome: string }[]>`
      select outcome from payout_resolutions where payout_id = ${id}`;
    expect(await balanceOf(source)).toBe(end?.outcome === 'returned' ? 5n : 0n);
    await expect(
      sql`insert into transfers (idem, kind, debit, credit, amount, payout_id, payout_outcome)
        values (${`paid:${id}`}, 'paid', ${system.payout_inflight.toString()}::bigint, ${system.treasury.toString()}::bigint, 5, ${id},
          ${end?.outcome === 'paid' ? 'returned' : 'paid'})`,
    ).rejects.toThrow(/outcome_of_kind|transfers_payout_resolution/);
  });

  it('cannot be booked as paid when nothing was set aside', async () => {
    const { sql } = db.database;
    const id = await payoutOf(await customer(5n), 5n);
    await expect(bookPaid(sql, system, [id])).rejects.toThrow(/null value/);
    await expect(sql`update payouts set state = 'batched' where id = ${id}`).rejects.toThrow(/set aside/);
  });

  it('does not change its amount, wallet or source, and its state waits for the money', async () => {
    const { sql } = db.database;
    const { id } = await reserved(5n);
    await expect(sql`update payouts set amount = 6 where id = ${id}`).rejects.toThrow(/rewritten/);
    await expect(sql`update payouts set wallet = 'other' where id = ${id}`).rejects.toThrow(/rewritten/);
    await expect(
      sql`update payouts set state = 'returned', finished_at = now() where id = ${id}`,
    ).rejects.toThrow(/without its money/);
    await expect(sql`delete from payouts where id = ${id}`).rejects.toThrow(/append-only/);
  });

  it('begins in the queue, joins a batch before that is signed, and stays in it', async () => {
    const { sql } = db.database;
    const open = async () => {
      const batch = randomUUID();
      await sql`insert into payout_batches (id, state) values (${batch}, 'open')`;
      return batch;
    };
    const join = (id: string, batch: string) =>
      sql`update payouts set state = 'batched', batch_id = ${batch} where id = ${id}`;
    const [first, late] = [await reserved(5n), await reserved(5n)];
    const [signed, other] = [await open(), await open()];
    await join(first.id, signed);
    await sql`insert into payout_attempts (signature, batch_id, raw, last_valid_height, state, fee_lamports)
      values (${randomUUID()}, ${signed}, '', 1, 'live', 1)`;
    await expect(join(late.id, signed)).rejects.toThrow(/comes too late/);
    await expect(join(first.id, other)).rejects.toThrow(/in another batch/);
    await expect(
      sql`insert into payouts (id, idem, kind, source, wallet, amount, state, batch_id)
        values (${randomUUID()}, ${randomUUID()}, 'withdrawal', ${late.source}, 'wallet', 5, 'batched', ${other})`,
    ).rejects.toThrow(/cannot begin as batched/);
  });

  it('is paid, and comes back, as a whole', async () => {
    const { sql } = db.database;
    const { id } = await reserved(5n);
    await expect(
      sql`with resolved as (insert into payout_resolutions (payout_id, outcome) values (${id}, 'paid'))
        insert into transfers (idem, kind, debit, credit, amount, payout_id, payout_outcome)
        values (${`paid:${id}`}, 'paid', ${system.payout_inflight}, ${system.treasury}, 4, ${id}, 'paid')`,
    ).rejects.toThrow(/ends as a whole/);
  });
});

describe('corrections', () => {
  it('give a payment without a payer to its wallet, once', async () => {
    const { sql } = db.database;
    const signature = randomUUID();
    const wallet = randomUUID();
    await creditPayments(sql, system, [{ signature, amount: 9n, payer: null }]);
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => claimCredit(sql, system, { signature, wallet })),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    const account = (await openAccounts(sql, 'customer', [wallet])).get(wallet) as AccountId;
    expect(await balanceOf(account)).toBe(9n);
  });

  it('claim nothing of a payment that had a payer', async () => {
    const { sql } = db.database;
    const signature = randomUUID();
    await creditPayments(sql, system, [{ signature, amount: 9n, payer: randomUUID() }]);
    expect(await claimCredit(sql, system, { signature, wallet: randomUUID() })).toBe(false);
  });

  it('book an explained loss once, and the books stay balanced', async () => {
    const { sql } = db.database;
    const before = await trialBalance(sql);
    const loss = { signature: randomUUID(), amount: 3n, from: 'revenue' } as const;
    expect(await bookExplained(sql, system, loss)).toBe(true);
    expect(await bookExplained(sql, system, loss)).toBe(false);
    const after = await trialBalance(sql);
    expect(after.treasury).toBe(before.treasury - 3n);
    expect(after.revenue).toBe(before.revenue - 3n);
    expect(after.balanced).toBe(true);
  });
});
