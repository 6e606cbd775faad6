import { WATT_DECIMALS } from '@watt/shared';
import type { MintFacts } from './solana.ts';

// Extensions that cannot take, freeze or redirect tokens that are already ours, nor withhold part of a transfer.
const HARMLESS = new Set([
  'MetadataPointer',
  'TokenMetadata',
  'MintCloseAuthority',
  'GroupPointer',
  'TokenGroup',
  'GroupMemberPointer',
  'TokenGroupMember',
  'InterestBearingConfig',
  'ConfidentialTransferMint',
]);

const TRANSFER_FEE = 'TransferFeeConfig';

/**
 * Refuses a mint whose rules could lose money. Returns the faults; none means that the mint may be used. A transfer fee is taken from what
 * arrives, so it costs payers, and those that we pay out to: only who says so gets it.
 */
export function mintFaults(mint: MintFacts, rules: { allowTransferFee: boolean }): string[] {
  const risky = mint.extensions.filter(
    (extension) => !HARMLESS.has(extension) && !(rules.allowTransferFee && extension === TRANSFER_FEE),
  );
  return [
    ...(mint.decimals === WATT_DECIMALS ? [] : [`it has ${mint.decimals} decimals, not ${WATT_DECIMALS}`]),
    ...risky.map((extension) => `its Token-2022 extension ${extension} is not on the allow-list`),
  ];
}
