import { createSigningKey } from '@watt/shared';
import bs58 from 'bs58';
import { describe, expect, it } from 'vitest';
import { parseSigningKey } from './key-file.ts';
import { toSecrets } from './secrets.ts';

const DATABASE_URL = 'postgres://user:hidden@127.0.0.1/watt';
const key = createSigningKey(new Uint8Array(32).fill(7));
const json = JSON.stringify([...key.secret]);

describe('parseSigningKey', () => {
  it('reads base58 and the JSON array of Solana’s tools', () => {
    expect(parseSigningKey(bs58.encode(key.secret))?.publicKey).toBe(key.publicKey);
    expect(parseSigningKey(json)?.publicKey).toBe(key.publicKey);
  });

  it.each([
    ['nothing', ''],
    ['63 numbers', JSON.stringify([...key.secret.subarray(1)])],
    ['65 numbers', JSON.stringify([...key.secret, 1])],
    ['a number beyond a byte', JSON.stringify([...key.secret.subarray(1), 256])],
    ['a negative number', JSON.stringify([...key.secret.subarray(1), -1])],
    ['half a number', JSON.stringify([...key.secret.subarray(1), 1.5])],
    ['a text among numbers', JSON.stringify([...key.secret.subarray(1), '1'])],
    ['an object', '{}'],
    ['letters that base58 does not have', '0'.repeat(88)],
    ['a public key', key.publicKey],
    ['base58 of 65 bytes', bs58.encode(new Uint8Array(65).fill(1))],
  ])('says null to %s', (_, text) => {
    expect(parseSigningKey(text)).toBeNull();
  });
});

describe('toSecrets', () => {
  it('takes the key from the environment', async () => {
    const secrets = await toSecrets({ DATABASE_URL, ROUTER_PRIVATE_KEY: ` ${json} ` });
    expect(secrets.databaseUrl).toBe(DATABASE_URL);
    expect(secrets.routerKey.publicKey).toBe(key.publicKey);
  });

  it('takes the compute wallet’s key if it is that wallet’s, for fees of x402 too', async () => {
    const wallet = createSigningKey();
    const feePayer = createSigningKey();
    const env = {
      DATABASE_URL,
      ROUTER_PRIVATE_KEY: json,
      COMPUTE_WALLET: wallet.publicKey,
      COMPUTE_WALLET_PRIVATE_KEY: bs58.encode(wallet.secret),
    };
    const secrets = await toSecrets(env);
    expect(secrets.computeWalletKey?.publicKey).toBe(wallet.publicKey);
    expect(secrets.feePayerKey?.publicKey).toBe(wallet.publicKey);
    const separate = await toSecrets({ ...env, X402_FEE_PAYER_PRIVATE_KEY: bs58.encode(feePayer.secret) });
    expect(separate.feePayerKey?.publicKey).toBe(feePayer.publicKey);
    await expect(toSecrets({ ...env, COMPUTE_WALLET: key.publicKey })).rejects.toMatchObject({
      faults: ['COMPUTE_WALLET_PRIVATE_KEY is not the key of COMPUTE_WALLET'],
    });
  });

  it('needs neither', async () => {
    const secrets = await toSecrets({ DATABASE_URL, ROUTER_PRIVATE_KEY: json });
    expect(secrets).toMatchObject({ computeWalletKey: undefined, feePayerKey: undefined });
  });

  it('names every fault at once', async () => {
    await expect(toSecrets({})).rejects.toMatchObject({
      name: 'ConfigError',
      faults: ['DATABASE_URL is missing', 'ROUTER_PRIVATE_KEY or ROUTER_KEY_FILE is missing'],
    });
  });

  const mixed = createSigningKey().secret.slice();
  mixed.set(key.secret.subarray(32), 32);
  it.each([
    ['no key', 'secret-letters'],
    ['a key whose halves do not belong together', JSON.stringify([...mixed])],
  ])('refuses %s without showing it', async (_, value) => {
    const refusal = await toSecrets({ DATABASE_URL, ROUTER_PRIVATE_KEY: value }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({
      name: 'ConfigError',
      faults: [expect.stringMatching(/^ROUTER_PRIVATE_KEY/)],
    });
    expect(String(refusal)).not.toContain(value);
    expect(String(refusal)).not.toContain('hidden');
  });
});
