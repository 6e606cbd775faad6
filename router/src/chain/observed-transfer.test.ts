import { describe, expect, it } from 'vitest';
import { observeTransfer, type RawTransaction, type TokenBalance } from './observed-transfer.ts';

const ours = { tokenAccount: 'our-account', mint: 'watt', tokenProgram: 'token-2022' };
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';
const MEMO_V1 = 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo';

type Row = [account: string, owner: string | undefined, pre: bigint | null, post: bigint | null];

/** A transaction in which these accounts of the mint had one balance and then another; null is an account that is not there. */
function transaction(
  rows: Row[],
  more: Partial<RawTransaction> & { token?: Partial<TokenBalance> } = {},
): RawTransaction {
  const keys = ['alice', ...rows.map(([account]) => account), ours.tokenProgram];
  const { token, ...rest } = more;
  const balances = (which: 2 | 3): TokenBalance[] =>
    rows.flatMap((row) => {
      const amount = row[which];
      if (amount === null) return [];
      const [account, owner] = row;
      return {
        accountIndex: keys.indexOf(account),
        mint: ours.mint,
        programId: ours.tokenProgram,
        owner,
        uiTokenAmount: { amount: `${amount}` },
        ...token,
      };
    });
  return {
    signature: 'sig',
    slot: 7,
    blockTime: 1_700_000_000,
    succeeded: true,
    keys,
    signerCount: 1,
    instructions: [{ programId: MEMO, data: Buffer.from('job') }],
    pre: balances(2),
    post: balances(3),
    ...rest,
  };
}

const memo = (text: string, programId = MEMO) => ({ programId, data: Buffer.from(text) });
const plain: Row[] = [
  ['alice-account', 'alice', 500n, 300n],
  ['our-account', 'us', 0n, 200n],
];

describe('observeTransfer', () => {
  it('names the owner who paid, also when the account is handed over afterwards', () => {
    const { pre, post, ...rest } = transaction(plain);
    const handedOver = post.map((balance) =>
      balance.owner === 'alice' ? { ...balance, owner: 'bob' } : balance,
    );
    expect(observeTransfer({ ...rest, pre, post: handedOver }, ours)).toMatchObject({
      payer: 'alice',
      delta: 200n,
    });
  });

  it('reads a payment by what arrived', () => {
    expect(observeTransfer(transaction(plain), ours)).toEqual({
      signature: 'sig',
      slot: 7n,
      succeeded: true,
      delta: 200n,
      payer: 'alice',
      payerSigned: true,
      memo: 'job',
      blockTime: 1_700_000_000,
    });
  });

  const who = (rows: Row[], more?: Parameters<typeof transaction>[1]) => {
    const { delta, payer, payerSigned } = observeTransfer(transaction(rows, more), ours);
    return { delta, payer, payerSigned };
  };
  const us = (delta: bigint): Row => ['our-account', 'us', 1000n, 1000n + delta];

  it.each<[string, Row[], { delta: bigint; payer: string | null }]>([
    [
      'an account that is new',
      [
        ['a', 'alice', 5n, 0n],
        ['our-account', 'us', null, 5n],
      ],
      { delta: 5n, payer: 'alice' },
    ],
    ['a payer who closes the account', [['a', 'alice', 5n, null], us(5n)], { delta: 5n, payer: 'alice' }],
    [
      'a fee that the mint withholds',
      [['a', 'alice', 1_000_000n, 0n], us(990_000n)],
      { delta: 990_000n, payer: 'alice' },
    ],
    [
      'several transfers of one payer',
      [['a', 'alice', 9n, 4n], ['a2', 'alice', 9n, 7n], us(7n)],
      { delta: 7n, payer: 'alice' },
    ],
    [
      'a payment to somebody else too',
      [['a', 'alice', 9n, 0n], ['b', 'bob', 0n, 4n], us(5n)],
      { delta: 5n, payer: 'alice' },
    ],
    ['two payers', [['a', 'alice', 5n, 0n], ['b', 'bob', 5n, 0n], us(10n)], { delta: 10n, payer: null }],
    [
      'a payer beside one who only moves own tokens',
      [['b', 'bob', 5n, 0n], ['b2', 'bob', 0n, 5n], ['a', 'alice', 5n, 0n], us(5n)],
      { delta: 5n, payer: 'alice' },
    ],
    ['tokens from the air (minted)', [us(5n)], { delta: 5n, payer: null }],
    ['tokens that leave', [us(-5n), ['a', 'alice', 0n, 5n]], { delta: -5n, payer: 'us' }],
    [
      'nothing for us',
      [
        ['a', 'alice', 5n, 0n],
        ['b', 'bob', 0n, 5n],
      ],
      { delta: 0n, payer: 'alice' },
    ],
    ['our account to itself', [us(0n)], { delta: 0n, payer: null }],
    [
      'in and out at once',
      [['a', 'alice', 5n, 0n], ['b', 'bob', 0n, 3n], us(2n)],
      { delta: 2n, payer: 'alice' },
    ],
    ['our other account', [['o', 'us', 5n, 0n], us(5n)], { delta: 5n, payer: null }],
    ['a payer without a name', [['a', undefined, 5n, 0n], us(5n)], { delta: 5n, payer: null }],
    [
      'a payer beside one without a name',
      [['a', 'alice', 5n, 0n], ['x', undefined, 5n, 0n], us(10n)],
      { delta: 10n, payer: null },
    ],
    [
      'amounts beyond 2^53',
      [['a', 'alice', 2n ** 63n, 1n], us(2n ** 63n - 1n)],
      { delta: 2n ** 63n - 1n, payer: 'alice' },
    ],
  ])('%s', (_, rows, expected) => {
    expect(who(rows)).toMatchObject(expected);
  });

  it('credits nothing for a transaction that failed', () => {
    expect(observeTransfer(transaction(plain, { succeeded: false }), ours)).toMatchObject({
      succeeded: false,
      delta: 0n,
    });
  });

  it.each<[string, Partial<TokenBalance>]>([
    ['another mint', { mint: 'fake' }],
    ['the same mint under another program', { programId: 'token' }],
    ['no program named', { programId: undefined }],
  ])('sees no transfer of %s', (_, token) => {
    expect(who(plain, { token })).toEqual({ delta: 0n, payer: null, payerSigned: false });
  });

  it('looks at our very account, not at one that is like it', () => {
    const rows: Row[] = [
      ['alice-account', 'alice', 5n, 0n],
      ['our-account-2', 'us', 0n, 5n],
    ];
    expect(who(rows)).toMatchObject({ delta: 0n });
  });

  it('finds our account behind a lookup table', () => {
    const keys = ['alice', 'alice-account', 'token-2022', 'our-account'];
    const balance = (accountIndex: number, owner: string, amount: string) => ({
      accountIndex,
      owner,
      mint: ours.mint,
      programId: ours.tokenProgram,
      uiTokenAmount: { amount },
    });
    const raw = {
      ...transaction([]),
      keys,
      pre: [balance(1, 'alice', '9'), balance(3, 'us', '0')],
      post: [balance(1, 'alice', '4'), balance(3, 'us', '5')],
    };
    expect(observeTransfer(raw, ours)).toMatchObject({ delta: 5n, payer: 'alice', payerSigned: true });
  });

  it('says when the payer did not sign: a delegate spent', () => {
    const rows: Row[] = [
      ['bob-account', 'bob', 5n, 0n],
      ['our-account', 'us', 0n, 5n],
    ];
    expect(who(rows)).toEqual({ delta: 5n, payer: 'bob', payerSigned: false });
    const signedByBoth = { keys: ['alice', 'bob', 'bob-account', 'our-account'], signerCount: 2 };
    const { pre, post } = transaction(rows);
    const shifted = (balances: TokenBalance[]) =>
      balances.map((b) => ({ ...b, accountIndex: b.accountIndex + 1 }));
    const raw = { ...transaction(rows), ...signedByBoth, pre: shifted(pre), post: shifted(post) };
    expect(observeTransfer(raw, ours)).toMatchObject({ payer: 'bob', payerSigned: true });
  });

  it.each([
    ['the memo program', [memo('one')], 'one'],
    ['its first version', [memo('one', MEMO_V1)], 'one'],
    ['none', [], null],
    ['another program', [memo('one', 'token-2022')], null],
    ['two', [memo('one'), memo('two')], null],
    ['the same twice', [memo('one'), memo('one')], null],
    ['one of each program', [memo('one'), memo('one', MEMO_V1)], null],
    ['an empty one', [memo('')], ''],
  ])('memos: %s', (_, instructions, expected) => {
    expect(observeTransfer(transaction(plain, { instructions }), ours).memo).toBe(expected);
  });
});
