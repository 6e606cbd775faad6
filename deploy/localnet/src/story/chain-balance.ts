import { getAccount, getAssociatedTokenAddressSync, TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import { Connection, PublicKey } from '@solana/web3.js';
import type { NetworkFile } from '../network/network-file.ts';

/** What a wallet's token account holds on the chain, in base units, at `confirmed`. */
export function chainBalanceReader(network: NetworkFile): (wallet: string) => Promise<bigint> {
  const connection = new Connection(network.rpc_url, 'confirmed');
  const mint = new PublicKey(network.mint);
  return async (wallet) => {
    const address = getAssociatedTokenAddressSync(mint, new PublicKey(wallet), true, TOKEN_2022_PROGRAM_ID);
    const { amount } = await getAccount(connection, address, 'confirmed', TOKEN_2022_PROGRAM_ID);
    return amount;
  };
}
