import {
  burnChecked,
  createTransferCheckedInstruction,
  getAccount,
  getMint,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { sendAndConfirmTransaction, Transaction } from '@solana/web3.js';
import { expect, it } from 'vitest';
import { createWattMint } from '../../src/chain/create-mint.ts';
import { fund } from '../../src/chain/fund.ts';
import { memoInstruction } from '../../src/chain/memo-instruction.ts';
import { createWallet, openDevChain, SOL } from './dev-chain.ts';

it('carries a WATT payment with a memo from mint to burn', async () => {
  const { connection } = await openDevChain();
  const authority = await createWallet(connection);
  const agent = await createWallet(connection);
  const router = await createWallet(connection);
  const mint = await createWattMint({ connection, authority });
  const mintState = await getMint(connection, mint, 'confirmed', TOKEN_2022_PROGRAM_ID);
  expect(mintState).toMatchObject({ decimals: 6, freezeAuthority: null });
  expect(mintState.tlvData).toHaveLength(0);

  const grant = { connection, authority, mint, wattBase: 1000_000_000n, lamports: 1n };
  const from = await fund({ ...grant, wallet: agent.publicKey });
  const to = await fund({ ...grant, wallet: router.publicKey, wattBase: 0n });

  const transaction = new Transaction().add(
    createTransferCheckedInstruction(
      from.tokenAccount,
      mint,
      to.tokenAccount,
      agent.publicKey,
      200_000_000n,
      6,
      [],
      TOKEN_2022_PROGRAM_ID,
    ),
    memoInstruction('job-ünö'),
  );
  const signature = await sendAndConfirmTransaction(connection, transaction, [agent]);

  const raw = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
  expect(raw?.meta).toMatchObject({ err: null, fee: 5000, computeUnitsConsumed: expect.any(Number) });
  const owners = [...(raw?.meta?.postTokenBalances ?? [])].map((balance) => [
    balance.owner,
    balance.programId,
    balance.mint,
    balance.uiTokenAmount.amount,
  ]);
  expect(owners).toEqual(
    expect.arrayContaining([
      [agent.publicKey.toBase58(), TOKEN_2022_PROGRAM_ID.toBase58(), mint.toBase58(), '800000000'],
      [router.publicKey.toBase58(), TOKEN_2022_PROGRAM_ID.toBase58(), mint.toBase58(), '200000000'],
    ]),
  );
  const parsed = await connection.getParsedTransaction(signature, { maxSupportedTransactionVersion: 0 });
  expect(parsed?.transaction.message.instructions).toMatchObject([
    {
      program: 'spl-token',
      parsed: {
        type: 'transferChecked',
        info: {
          authority: agent.publicKey.toBase58(),
          destination: to.tokenAccount.toBase58(),
          source: from.tokenAccount.toBase58(),
          mint: mint.toBase58(),
          tokenAmount: { amount: '200000000', decimals: 6, uiAmount: 200, uiAmountString: '200' },
        },
      },
    },
    { program: 'spl-memo', parsed: 'job-ünö' },
  ]);
  const [row] = await connection.getSignaturesForAddress(to.tokenAccount, { limit: 1 }, 'confirmed');
  expect(row).toMatchObject({ signature, err: null, memo: '[9] job-ünö', confirmationStatus: 'confirmed' });

  await burnChecked(
    connection,
    router,
    to.tokenAccount,
    mint,
    router,
    300_000n,
    6,
    [],
    { commitment: 'confirmed' },
    TOKEN_2022_PROGRAM_ID,
  );
  const after = await getAccount(connection, to.tokenAccount, 'confirmed', TOKEN_2022_PROGRAM_ID);
  expect(after.amount).toBe(199_700_000n);
  const supply = await connection.getTokenSupply(mint, 'confirmed');
  expect(supply.value.amount).toBe('999700000');
  const balance = await connection.getTokenAccountBalance(to.tokenAccount, 'confirmed');
  expect(balance.value.uiAmountString).toBe('199.7');
  expect(await connection.getBalance(agent.publicKey, 'confirmed')).toBe(10 * SOL + 1 - 5000);
});
