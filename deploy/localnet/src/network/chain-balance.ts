import { getAssociatedTokenAddressSync, TOKEN_2022_PROGRAM_ID, unpackAccount } from '@solana/spl-token';
import { Connection, PublicKey } from '@solana/web3.js';
import type { NetworkFile } from './network-file.ts';

/** What a wallet's token account holds on the chain, in base units, at `confirmed`; null when it has no such account. */
export function chainBalanceReader({
  rpc_url,
  mint,
}: Pick<NetworkFile, 'rpc_url' | 'mint'>): (wallet: string) => Promise<bigint | null> {
  const connection = new Connection(rpc_url, 'confirmed');
  const mintKey = new PublicKey(mint);
  return async (wallet) => {
    const owner = new PublicKey(wallet);
    const address = getAssociatedTokenAddressSync(mintKey, owner, true, TOKEN_2022_PROGRAM_ID);
    const info = await connection.getAccountInfo(address);
    return info && unpackAccount(address, info, TOKEN_2022_PROGRAM_ID).amount;
  };
}
