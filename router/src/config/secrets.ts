import type { SigningKey } from '@watt/shared';
import { ConfigError } from './config.ts';
import { createEnvReader, type Env, type EnvReader } from './env-reader.ts';
import { loadOrCreateKey, parseSigningKey } from './key-file.ts';

export interface Secrets {
  databaseUrl: string;
  /** Signs challenges, jobs and receipts. It holds no money. */
  routerKey: SigningKey;
  /** The compute wallet's own key; without it nothing can be paid out. */
  computeWalletKey?: SigningKey | undefined;
  /** Pays the fees of x402 payments; without it x402 is not offered. */
  feePayerKey?: SigningKey | undefined;
  /** Pays the fees of payouts instead of the compute wallet's key. */
  payoutFeePayerKey?: SigningKey | undefined;
}

/**
 * `DATABASE_URL`, and keys in base58 or as a JSON array of 64 bytes. The router's is `ROUTER_PRIVATE_KEY`, else the file
 * `ROUTER_KEY_FILE`, which is created at first start. `COMPUTE_WALLET_PRIVATE_KEY` must belong to `COMPUTE_WALLET`; it pays the fees
 * of x402 payments too, unless `X402_FEE_PAYER_PRIVATE_KEY` does, and those of payouts, unless `PAYOUT_FEE_PAYER_PRIVATE_KEY` does. Values
 * never appear in error messages.
 */
export async function toSecrets(env: Env): Promise<Secrets> {
  const read = createEnvReader(env);
  const databaseUrl = read.text('DATABASE_URL');
  const inline = read.optional('ROUTER_PRIVATE_KEY');
  const file = read.optional('ROUTER_KEY_FILE');
  if (!inline && !file) read.fault('ROUTER_PRIVATE_KEY or ROUTER_KEY_FILE is missing');
  const key = readKey(read, 'ROUTER_PRIVATE_KEY', inline);
  const computeWalletKey = readKey(
    read,
    'COMPUTE_WALLET_PRIVATE_KEY',
    read.optional('COMPUTE_WALLET_PRIVATE_KEY'),
  );
  if (computeWalletKey && computeWalletKey.publicKey !== read.optional('COMPUTE_WALLET')) {
    read.fault('COMPUTE_WALLET_PRIVATE_KEY is not the key of COMPUTE_WALLET');
  }
  const feePayerKey =
    readKey(read, 'X402_FEE_PAYER_PRIVATE_KEY', read.optional('X402_FEE_PAYER_PRIVATE_KEY')) ??
    computeWalletKey;
  const payoutFeePayerKey = readKey(
    read,
    'PAYOUT_FEE_PAYER_PRIVATE_KEY',
    read.optional('PAYOUT_FEE_PAYER_PRIVATE_KEY'),
  );
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  const routerKey = key ?? (await loadOrCreateKey(file ?? ''));
  return { databaseUrl, routerKey, computeWalletKey, feePayerKey, payoutFeePayerKey };
}

function readKey(read: EnvReader, name: string, value: string | undefined): SigningKey | undefined {
  if (!value) return undefined;
  const key = parseSigningKey(value);
  if (!key) read.fault(`${name} is not a 64-byte key in base58 or as a JSON array`);
  return key ?? undefined;
}
