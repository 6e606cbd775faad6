import { parseWallet, type SigningKey, signText, verifyText, walletStatement } from '@watt/shared';
import bs58 from 'bs58';
import { CliError } from '../cli/cli-error.ts';

export interface WalletProof {
  address: string;
  /** base64url */
  signature: string;
}

/** The exact text that a wallet signs to be paid for this node's work. */
export function textToSign(nodeId: string, wallet: string): string {
  return `watt/wallet/1\n${walletStatement({ nodeId, wallet })}`;
}

/** Proves a wallet whose key is at hand. */
export function proveWallet(nodeId: string, wallet: SigningKey): WalletProof {
  const statement = walletStatement({ nodeId, wallet: wallet.publicKey });
  return { address: wallet.publicKey, signature: signText(wallet, 'watt/wallet/1', statement) };
}

/** Checks a signature that was made elsewhere, in base58 as wallets show it or in base64(url). Throws a CliError. */
export function checkWalletSignature(nodeId: string, wallet: string, signature: string): WalletProof {
  if (!parseWallet(wallet))
    throw new CliError(`${wallet} is not a wallet address`, { fix: 'Give a Solana address in base58.' });
  const statement = walletStatement({ nodeId, wallet });
  const forms = [signature, Buffer.from(signature, 'base64').toString('base64url'), fromBase58(signature)];
  const good = forms.find((form) => form !== null && verifyText(wallet, 'watt/wallet/1', statement, form));
  if (!good) {
    throw new CliError(`The signature is not ${wallet}’s signature of this node’s payout statement`, {
      fix: `Sign exactly these two lines:\n${textToSign(nodeId, wallet)}`,
    });
  }
  return { address: wallet, signature: good };
}

function fromBase58(text: string): string | null {
  try {
    return Buffer.from(bs58.decode(text)).toString('base64url');
  } catch {
    // bs58 throws on letters outside its alphabet, which is the answer "no".
    return null;
  }
}
