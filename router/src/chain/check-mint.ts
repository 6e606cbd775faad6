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

/** Refuses a mint whose rules could lose money. Returns the faults; none means that the mint may be used. */
export function mintFaults(mint: MintFacts): string[] {
  const risky = mint.extensions.filter((extension) => !HARMLESS.has(extension));
  return [
    ...(mint.decimals === WATT_DECIMALS ? [] : [`it has ${mint.decimals} decimals, not ${WATT_DECIMALS}`]),
    ...risky.map((extension) => `its Token-2022 extension ${extension} is not on the allow-list`),
  ];
}
