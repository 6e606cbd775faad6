import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT, runMoney } from '../../src/operator/operator.ts';
import { openFreezes } from '../../src/reconciliation/reconciliation.ts';
import { type WatchedBooks, watchedBooks } from '../reconciliation/watched-books.ts';

const WALLET = '8opHzTAnfzRpPEx21XtnrVTX28YQuCpAjcn1PczScKh';
const SIGNATURE_OF_NOBODY = randomUUID();
let books: WatchedBooks;

beforeAll(async () => {
  books = await watchedBooks();
});
afterAll(() => books.drop());

const sql = () => books.db.database.sql;

/** Runs the command as a shell would, by its words. */
const money = (...argv: string[]) => moneyIn({}, argv);

async function moneyIn(
  env: Record<string, string>,
  argv: string[],
): Promise<{ code: number; out: string; fault: string }> {
  const said = { out: '', fault: '' };
  const code = await runMoney(
    argv,
    { DATABASE_URL: books.db.url, ...env },
    {
      write: (text) => {
        said.out += text;
      },
      fault: (text) => {
        said.fault += text;
      },
    },
  );
  return { code, ...said };
}
const rowsOf = ({ out }: { out: string }) => JSON.parse(out).rows as Record<string, string>[];
const lastAction = async () =>
  (
    await sql()`
  select operator, action, subject, why from operator_actions order by id desc limit 1`
  )[0];
const balanceOf = async (wallet: string) =>
  (
    await sql()<
      { balance: bigint }[]
    >`select balance from accounts where kind = 'customer' and owner = ${wallet}`
  )[0]?.balance ?? 0n;

describe('a debit that is not ours', () => {
  it('is looked at, explained once, and its freeze is released; then the books are solvent again', async () => {
    await books.move(90n);
    const stolen = await books.move(-40n);
    const reconciler = books.newReconciler();
    await reconciler.check();
    const seen = await money('freezes', '--json');
    expect(rowsOf(seen)).toMatchObject([{ cause: 'unknown_debit', subject: stolen }]);
    expect((await money('status')).code).toBe(EXIT.refused);

    const explain = ['explain', stolen, '--as', 'suspense', '--why', 'the old key was used', '--by', 'ann'];
    const explained = await money(...explain);
    expect(explained).toMatchObject({ code: EXIT.done, out: expect.stringContaining('0.00004 WATT') });
    expect(await lastAction()).toEqual({
      operator: 'ann',
      action: 'explain',
      subject: stolen,
      why: 'the old key was used',
    });
    expect(await openFreezes(sql())).toEqual([]);
    expect(await money(...explain)).toMatchObject({
      code: EXIT.refused,
      out: expect.stringContaining('before'),
    });
    expect((await reconciler.check()).findings).toEqual([]);
    const [kept] = await sql()`select explanation from chain_debits where signature = ${stolen}`;
    expect(kept).toEqual({ explanation: 'ann: the old key was used' });
  });

  it('cannot be explained when it is unknown or a payout of ours', async () => {
    expect((await money('explain', 'unknown', '--as', 'revenue', '--why', 'x')).code).toBe(EXIT.refused);
  });
});

describe('a freeze by hand', () => {
  it('is opened and released with words, once each', async () => {
    expect((await money('freeze', '--why', 'the laptop is gone', '--by', 'bob')).code).toBe(EXIT.done);
    expect((await money('freeze', '--why', 'again')).code).toBe(EXIT.refused);
    const [freeze] = await openFreezes(sql());
    expect(freeze).toMatchObject({ cause: 'operator', detail: 'bob: the laptop is gone' });
    const status = await money('status');
    expect(status).toMatchObject({ code: EXIT.refused, out: expect.stringMatching(/^state +frozen/) });
    const id = `${freeze?.id}`;
    expect((await money('release', id, '--why', 'found', '--by', 'bob')).code).toBe(EXIT.done);
    expect(await lastAction()).toEqual({ operator: 'bob', action: 'release', subject: id, why: 'found' });
    expect((await money('release', id, '--why', 'found')).code).toBe(EXIT.refused);
    expect((await money('release', 'x', '--why', 'found')).code).toBe(EXIT.refused);
    expect(rowsOf(await money('freezes', '--all', '--json'))[0]).toMatchObject({ released: 'bob: found' });
  });
});

describe('payments without a payer', () => {
  it('are listed by pages, and claimed or refunded once: never both', async () => {
    const signatures: string[] = [];
    for (let i = 1n; i <= 3n; i += 1n) signatures.push(await books.move(i * 1_000_000n, { payer: null }));
    const [first, second, third] = signatures as [string, string, string];
    const page = rowsOf(await money('suspense', '--limit', '2', '--json'));
    expect(page.map((row) => row['signature'])).toEqual([first, second]);
    const rest = rowsOf(await money('suspense', '--after', second, '--json'));
    expect(rest.map((row) => row['watt'])).toEqual(['3']);

    const claim = ['claim', first, '--wallet', WALLET, '--why', 'its owner proved it'];
    expect((await money(...claim)).code).toBe(EXIT.done);
    expect((await money(...claim)).code).toBe(EXIT.refused);
    expect((await money('refund', first, '--wallet', WALLET, '--why', 'x')).code).toBe(EXIT.refused);
    expect(await balanceOf(WALLET)).toBe(1_000_000n);

    expect((await money('refund', second, '--wallet', WALLET, '--why', 'asked for')).code).toBe(EXIT.done);
    expect((await money('claim', second, '--wallet', WALLET, '--why', 'x')).code).toBe(EXIT.refused);
    expect(await balanceOf(WALLET)).toBe(1_000_000n);
    const [payout] = rowsOf(await money('payouts', '--json'));
    expect(payout).toMatchObject({ kind: 'refund', watt: '2', state: 'queued', to: WALLET });
    expect(rowsOf(await money('suspense', '--json')).map((row) => row['signature'])).toEqual([third]);
  });

  it('are not given to the compute wallet, where the environment names it', async () => {
    const signature = await books.move(5n, { payer: null });
    const env = { COMPUTE_WALLET: WALLET };
    for (const command of ['claim', 'refund']) {
      const answer = await moneyIn(env, [command, signature, '--wallet', WALLET, '--why', 'x']);
      expect(answer).toMatchObject({
        code: EXIT.refused,
        out: expect.stringContaining('compute wallet itself'),
      });
    }
    expect((await money('claim', signature, '--wallet', WALLET, '--why', 'x')).code).toBe(EXIT.done);
  });

  it('are given to nobody before they are final, nor when they had a payer', async () => {
    const known = await books.move(5n);
    expect((await money('claim', known, '--wallet', WALLET, '--why', 'x')).code).toBe(EXIT.refused);
    await sql()`
      insert into chain_credits (signature, slot, amount, payer_signed, status)
      values (${SIGNATURE_OF_NOBODY}, 1, 5, false, 'confirmed')`;
    const early = await money('claim', SIGNATURE_OF_NOBODY, '--wallet', WALLET, '--why', 'x');
    expect(early).toMatchObject({ code: EXIT.refused, out: expect.stringContaining('not final') });
  });
});

describe('a held payout', () => {
  it('is tried again or given back, by hand', async () => {
    const [payout] = rowsOf(await money('payouts', '--json'));
    const id = payout?.['payout'] ?? '';
    expect((await money('retry', id, '--why', 'x')).code).toBe(EXIT.refused);
    await sql()`update payouts set state = 'held', reason = 'RECIPIENT_MISSING: no token account' where id = ${id}`;
    expect(rowsOf(await money('payouts', '--held', '--json'))).toMatchObject([{ payout: id, state: 'held' }]);
    expect((await money('retry', id, '--why', 'it has one now')).code).toBe(EXIT.done);
    const before = await balanceOf(WALLET);
    expect((await money('return', id, '--why', 'the owner asked')).code).toBe(EXIT.done);
    expect(await balanceOf(WALLET)).toBe(before + 2_000_000n);
    expect((await money('return', id, '--why', 'twice')).code).toBe(EXIT.refused);
    expect((await money('return', 'x', '--why', 'no payout')).code).toBe(EXIT.refused);
  });
});

it('says what is wrong by its exit code, and the address of no database', async () => {
  expect(await money('nonsense')).toMatchObject({ code: EXIT.usage, out: '' });
  const nowhere = { write: () => undefined, fault: () => undefined };
  expect(await runMoney(['status'], {}, nowhere)).toBe(EXIT.fault);
  let fault = '';
  const code = await runMoney(
    ['status'],
    { DATABASE_URL: 'postgres://user:secret@127.0.0.1:1/x' },
    {
      write: () => undefined,
      fault: (text) => {
        fault += text;
      },
    },
  );
  expect(code).toBe(EXIT.fault);
  expect(fault).not.toContain('secret');
});
