import { createSigningKey } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { ConfigError, toConfig } from './config.ts';

const NEEDED = {
  SOLANA_RPC_URL: 'http://127.0.0.1:8899',
  WATT_MINT: createSigningKey().publicKey,
  COMPUTE_WALLET: createSigningKey().publicKey,
};

function faultsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    toConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('toConfig', () => {
  it('needs three names and has the specification’s figures for the rest', () => {
    expect(toConfig(NEEDED)).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://127.0.0.1:8080',
      chain: { rpcUrl: NEEDED.SOLANA_RPC_URL, wsUrl: undefined, mint: NEEDED.WATT_MINT },
      prices: {
        scrape: {
          simple: 100_000_000n,
          standard: 200_000_000n,
          javascript: 500_000_000n,
          screenshot: 300_000_000n,
        },
        execute: [
          { name: 'quick', price: 300_000_000n, maxSeconds: 5, maxMemoryMb: 128 },
          { name: 'standard', price: 500_000_000n, maxSeconds: 30, maxMemoryMb: 256 },
          { name: 'extended', price: 1_000_000_000n, maxSeconds: 60, maxMemoryMb: 512 },
        ],
      },
      shares: { nodeBps: 7000, burnBps: 15 },
      rateLimits: { agentPerHour: 100, urlPerHour: 10, globalPerHour: 10_000 },
      screening: {
        blockedDomains: [{ text: 'localhost' }, { text: '127.0.0.1' }, { text: '*.gov' }],
        allowedDomains: [],
        ports: [80, 443, 8080, 8443],
        allowPrivate: [],
      },
      http: { trustProxy: false },
    });
  });

  it('refuses a dust limit above a price: such a job could never be paid', () => {
    expect(faultsOf({ ...NEEDED, DUST_WATT: '100' })).toEqual([]);
    expect(faultsOf({ ...NEEDED, DUST_WATT: '100.000001' })).toEqual(['DUST_WATT must not be above a price']);
  });

  it('reads the specification’s names', () => {
    const config = toConfig({
      ...NEEDED,
      SCRAPE_PRICE_SIMPLE: '1',
      SCRAPE_PRICE_STANDARD: '2.5',
      SCRAPE_PRICE_JS: '3',
      SCRAPE_PRICE_SCREENSHOT: '0.000001',
      EXECUTE_PRICE_QUICK: '4',
      EXECUTE_PRICE_STANDARD: '5',
      EXECUTE_PRICE_EXTENDED: '6',
    });
    expect(config.prices.scrape).toEqual({
      simple: 1_000_000n,
      standard: 2_500_000n,
      javascript: 3_000_000n,
      screenshot: 1n,
    });
    expect(config.prices.execute.map((tier) => tier.price)).toEqual([4_000_000n, 5_000_000n, 6_000_000n]);
  });

  it('names every fault at once', () => {
    const faults = faultsOf({
      SOLANA_RPC_URL: ' ',
      COMPUTE_WALLET: 'nobody',
      PORT: '70000',
      LOG_LEVEL: 'loud',
      SCRAPE_PRICE_JS: '-1',
      BLOCKED_DOMAINS: 'good.example,*bad*',
      SCRAPE_ALLOW_PRIVATE: '127.0.0.1',
      NODE_SHARE_BPS: '9990',
      BURN_SHARE_BPS: '11',
      TRUST_PROXY: 'yes',
    });
    for (const name of [
      'SOLANA_RPC_URL',
      'WATT_MINT',
      'COMPUTE_WALLET',
      'PORT',
      'LOG_LEVEL',
      'SCRAPE_PRICE_JS',
      'BLOCKED_DOMAINS',
      'SCRAPE_ALLOW_PRIVATE',
      'NODE_SHARE_BPS',
      'TRUST_PROXY',
    ]) {
      expect(
        faults.filter((fault) => fault.startsWith(name)),
        name,
      ).toHaveLength(1);
    }
    expect(faults).toHaveLength(10);
    expect(new ConfigError(faults).message).toContain('10 fault(s)');
  });

  it.each([
    ['SOLANA_RPC_URL', 'localhost:8899'],
    ['SOLANA_RPC_URL', 'ws://localhost:8900'],
    ['SOLANA_WS_URL', 'http://localhost:8900'],
    ['PUBLIC_URL', 'example.com'],
    ['PORT', '80.5'],
    ['PORT', 'http'],
    ['PORT', '-1'],
    ['DATABASE_CONNECTIONS', '1'],
    ['SCRAPE_PRICE_SIMPLE', '0'],
    ['SCRAPE_PRICE_SIMPLE', '1e3'],
    ['SCRAPE_PRICE_SIMPLE', '0.0000001'],
    ['EXECUTE_PRICE_QUICK', 'free'],
    ['RATE_LIMIT_AGENT_PER_HOUR', '0'],
    ['RATE_LIMIT_URL_PER_HOUR', 'Infinity'],
    ['BLOCKED_DOMAINS', 'http://example.com/'],
    ['BLOCKED_DOMAINS', 'exa mple.com,*.*'],
    ['SCRAPE_ALLOW_PRIVATE', '127.0.0.1:0'],
    ['SCRAPE_ALLOW_PRIVATE', '10.0.0.0/8:80'],
    ['SCRAPE_ALLOW_PRIVATE', '::1:80'],
    ['WATT_MINT', 'O0Il'],
    ['HTTP_WAIT_SECONDS', '0'],
    ['MAX_ATTEMPTS', '0'],
    ['BURN_SHARE_BPS', '10001'],
  ])('%s=%s is a fault that quotes it', (name, value) => {
    const [fault, ...others] = faultsOf({ ...NEEDED, [name]: value });
    expect(fault).toMatch(new RegExp(`^${name}`));
    expect(others.filter((other) => !other.includes('together'))).toEqual([]);
  });

  it('takes lists with commas or spaces, an empty list, and no slash behind the public address', () => {
    const config = toConfig({
      ...NEEDED,
      BLOCKED_DOMAINS: '',
      SCRAPE_ALLOW_PRIVATE: ' 127.0.0.1:8099, [::1]:8099 demo.test:80 ',
      PUBLIC_URL: 'https://watt.example//',
    });
    expect(config.screening.blockedDomains).toEqual([]);
    expect(config.screening.allowPrivate).toEqual([
      { host: '127.0.0.1', port: 8099 },
      { host: '::1', port: 8099 },
      { host: 'demo.test', port: 80 },
    ]);
    expect(config.publicUrl).toBe('https://watt.example');
  });
});
