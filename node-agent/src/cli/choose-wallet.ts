import { parseWallet } from '@watt/shared';
import type { NodeConfig } from '../config/node-config.ts';
import { readKeyFile } from '../identity/node-key.ts';
import { checkWalletSignature, proveWallet } from '../identity/wallet-proof.ts';
import { CliError } from './cli-error.ts';
import type { Command } from './parse-command.ts';
import type { Terminal } from './terminal.ts';

/** The payout wallet from the flags, from what was set before, or from the person at the terminal. */
export async function chooseWallet(
  command: Command,
  terminal: Terminal,
  nodeId: string,
  before: NodeConfig['wallet'],
): Promise<NodeConfig['wallet']> {
  const { wallet, 'wallet-signature': signature, 'wallet-key': keyFile } = command.text;
  if (keyFile !== undefined) return proveWithKeyFile(nodeId, keyFile, wallet);
  if (command.switches.has('no-wallet')) return null;
  if (signature !== undefined) {
    const address = wallet ?? before?.address;
    if (address === undefined) {
      throw new CliError('--wallet-signature needs the wallet as well', {
        fix: 'Add --wallet ADDRESS.',
        exitCode: 2,
      });
    }
    return checkWalletSignature(nodeId, address, signature);
  }
  if (wallet === undefined && before) return before;
  const address =
    wallet ?? (await terminal.ask?.('Solana address for your earnings (empty: later)', '')) ?? '';
  if (address === '') return null;
  if (address === before?.address) return before;
  if (!parseWallet(address)) {
    throw new CliError(`${address} is not a wallet address`, {
      fix: 'Give a Solana address in base58.',
      exitCode: 2,
    });
  }
  return { address, signature: null };
}

async function proveWithKeyFile(nodeId: string, keyFile: string, wallet: string | undefined) {
  const key = await readKeyFile(keyFile);
  if (!key) throw new CliError(`${keyFile} does not exist`, { fix: 'Give a Solana key file.' });
  if (wallet !== undefined && wallet !== key.publicKey) {
    throw new CliError(`${keyFile} is the key of ${key.publicKey}, not of ${wallet}`, {
      fix: 'Leave out --wallet.',
    });
  }
  return proveWallet(nodeId, key);
}
