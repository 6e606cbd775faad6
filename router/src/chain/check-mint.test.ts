import { expect, it } from 'vitest';
import { mintFaults } from './check-mint.ts';

const mint = { tokenProgram: 'token-2022', decimals: 6, extensions: [] as string[] };

it('accepts a plain mint, and extensions that cannot touch our tokens', () => {
  expect(mintFaults(mint)).toEqual([]);
  expect(
    mintFaults({ ...mint, extensions: ['MetadataPointer', 'TokenMetadata', 'MintCloseAuthority'] }),
  ).toEqual([]);
});

it.each([
  'TransferFeeConfig',
  'TransferHook',
  'PermanentDelegate',
  'DefaultAccountState',
  'NonTransferable',
  'PausableConfig',
  'unknown 99',
])('refuses %s by name', (extension) => {
  expect(mintFaults({ ...mint, extensions: ['TokenMetadata', extension] })).toEqual([
    `its Token-2022 extension ${extension} is not on the allow-list`,
  ]);
});

it('names every fault', () => {
  expect(
    mintFaults({ ...mint, decimals: 9, extensions: ['TransferHook', 'PermanentDelegate'] }),
  ).toHaveLength(3);
});
