import { expect, it } from 'vitest';
import { mintFaults } from './check-mint.ts';

const faultsOf = (mint: Parameters<typeof mintFaults>[0]) => mintFaults(mint, { allowTransferFee: false });
const mint = { tokenProgram: 'token-2022', decimals: 6, extensions: [] as string[] };

it('accepts a plain mint, and extensions that cannot touch our tokens', () => {
  expect(faultsOf(mint)).toEqual([]);
  expect(
    faultsOf({ ...mint, extensions: ['MetadataPointer', 'TokenMetadata', 'MintCloseAuthority'] }),
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
  expect(faultsOf({ ...mint, extensions: ['TokenMetadata', extension] })).toEqual([
    `its Token-2022 extension ${extension} is not on the allow-list`,
  ]);
});

it('names every fault', () => {
  expect(faultsOf({ ...mint, decimals: 9, extensions: ['TransferHook', 'PermanentDelegate'] })).toHaveLength(
    3,
  );
});

it('accepts a transfer fee, and nothing else, from who says so', () => {
  const extensions = ['TransferFeeConfig', 'TransferHook'];
  expect(mintFaults({ ...mint, extensions }, { allowTransferFee: true })).toEqual([
    'its Token-2022 extension TransferHook is not on the allow-list',
  ]);
});
