import type { SigningKey } from '@watt/shared';
import { ConfigError } from './config.ts';
import { createEnvReader, type Env } from './env-reader.ts';
import { loadOrCreateKey, parseSigningKey } from './key-file.ts';

export interface Secrets {
  databaseUrl: string;
  /** Signs challenges, jobs and receipts. It holds no money. */
  routerKey: SigningKey;
}

/**
 * `DATABASE_URL`, and the router's key: `ROUTER_PRIVATE_KEY` (base58 or JSON array of 64 bytes), else the file
 * `ROUTER_KEY_FILE`, which is created at first start. Values never appear in error messages.
 */
export async function toSecrets(env: Env): Promise<Secrets> {
  const read = createEnvReader(env);
  const databaseUrl = read.text('DATABASE_URL');
  const inline = read.optional('ROUTER_PRIVATE_KEY');
  const file = read.optional('ROUTER_KEY_FILE');
  if (!inline && !file) read.fault('ROUTER_PRIVATE_KEY or ROUTER_KEY_FILE is missing');
  const key = inline ? parseSigningKey(inline) : null;
  if (inline && !key) read.fault('ROUTER_PRIVATE_KEY is not a 64-byte key in base58 or as a JSON array');
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  const routerKey = key ?? (await loadOrCreateKey(file ?? ''));
  return { databaseUrl, routerKey };
}
