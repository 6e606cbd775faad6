import { createMint, TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import { type Connection, Keypair, type PublicKey, type Signer } from '@solana/web3.js';

const WATT_DECIMALS = 6;

/**
 * Makes the WATT mint: Token-2022 without any extension and, unless one is given, without a freeze authority, as a payer would want it.
 * The authority pays and may mint. Waits for `confirmed`.
 *
 * @param options.mint the mint's own key, for an address that is known beforehand.
 */
export async function createWattMint(options: {
  connection: Connection;
  authority: Signer;
  decimals?: number;
  mint?: Keypair;
  freezeAuthority?: PublicKey;
}): Promise<PublicKey> {
  const { connection, authority, decimals = WATT_DECIMALS, mint = Keypair.generate() } = options;
  return createMint(
    connection,
    authority,
    authority.publicKey,
    options.freezeAuthority ?? null,
    decimals,
    mint,
    { commitment: 'confirmed', preflightCommitment: 'confirmed' },
    TOKEN_2022_PROGRAM_ID,
  );
}
