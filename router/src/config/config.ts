import {
  type AllowedTarget,
  type BaseUnits,
  base,
  DEFAULT_BLOCKED_DOMAINS,
  DEFAULT_PRICES,
  DEFAULT_SHARES,
  DEFAULT_WEB_PORTS,
  type DomainPattern,
  type ExecuteTier,
  LIMITS,
  type PriceTable,
  parseAllowedTargets,
  parseDomainPatterns,
  parsePorts,
  parseScrapeProxies,
  parseUrl,
  type SessionTier,
  type Shares,
  watt,
} from '@watt/shared';
import { type BulkDiscount, parseBulkDiscounts } from './bulk-discounts.ts';
import { createEnvReader, type Env, type EnvReader } from './env-reader.ts';
import { type PayoutConfig, toPayoutConfig } from './payout-config.ts';
import { toX402Settings, type X402Settings } from './x402-settings.ts';

/** What the router needs to know, without secrets. Milliseconds, seconds and counts are named in the last word. */
export interface Config {
  host: string;
  port: number;
  /** The origin by which agents and nodes reach this router. */
  publicUrl: string;
  logLevel: (typeof LOG_LEVELS)[number];
  databaseConnections: number;
  chain: {
    rpcUrl: string;
    /** A second provider, asked too before a payout counts as lost. */
    secondRpcUrl: string | undefined;
    wsUrl: string | undefined;
    mint: string;
    computeWallet: string;
    pollMs: number;
    /** Whether a mint may withhold part of each transfer: what arrives is what counts. */
    allowTransferFee: boolean;
  };
  reconcileSeconds: number;
  payouts: PayoutConfig;
  prices: PriceTable;
  /** What a scrape costs that a copy serves, in basis points of its price. */
  cacheHitBps: number;
  shares: Shares;
  rateLimits: {
    agentPerHour: number;
    urlPerHour: number;
    globalPerHour: number;
    executeAgentPerHour: number;
    x402PerHour: number;
    keysPerHour: number;
    withdrawalsPerHour: number;
  };
  screening: {
    blockedDomains: DomainPattern[];
    /** Empty: every domain that is not blocked. */
    allowedDomains: DomainPattern[];
    ports: number[];
    allowPrivate: AllowedTarget[];
    /** Proxies that nodes are to fetch pages by, as they were written. */
    proxies: string[];
  };
  payment: {
    expirySeconds: number;
    graceMs: number;
    plainMemo: (typeof PLAIN_MEMO)[number];
    dust: BaseUnits;
  };
  access: { keyEnvironment: string };
  x402: X402Settings;
  /** From the smallest volume. */
  bulkDiscounts: BulkDiscount[];
  /** Base units. */
  withdrawalMinimum: BaseUnits;
  dispatch: {
    heartbeatMs: number;
    resumeMs: number;
    queueSeconds: number;
    leaseExtraMs: number;
    maxAttempts: number;
  };
  http: { waitSeconds: number; trustProxy: boolean };
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Whether a memo that is just the job's id counts for everybody, or only for wallets that signed the call themselves. */
const PLAIN_MEMO = ['allowed', 'signed-only'] as const;
const KEY_ENVIRONMENT = /^[a-z]{2,12}$/;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.faults = faults;
  }
}

/** Pure: environment in, configuration out. Throws one ConfigError that names every fault. */
export function toConfig(env: Env): Config {
  const read = createEnvReader(env);
  const host = read.text('HOST', '127.0.0.1');
  const port = read.integer('PORT', { fallback: 8080, min: 0, max: 65_535 });
  const config: Config = {
    host,
    port,
    publicUrl: read.text('PUBLIC_URL', `http://${host}:${port}`).replace(/\/+$/, ''),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    databaseConnections: read.integer('DATABASE_CONNECTIONS', { fallback: 10, min: 2, max: 200 }),
    chain: {
      rpcUrl: read.text('SOLANA_RPC_URL'),
      secondRpcUrl: read.optional('SOLANA_RPC_URL_2'),
      wsUrl: read.optional('SOLANA_WS_URL'),
      mint: read.wallet('WATT_MINT'),
      computeWallet: read.wallet('COMPUTE_WALLET'),
      pollMs: read.integer('SOLANA_POLL_MS', { fallback: 5000, min: 50, max: 600_000 }),
      allowTransferFee: read.oneOf('ALLOW_TRANSFER_FEE_MINT', ['true', 'false'], 'false') === 'true',
    },
    payouts: toPayoutConfig(read),
    reconcileSeconds: read.integer('RECONCILE_SECONDS', { fallback: 60, min: 1, max: 3600 }),
    prices: toPrices(read),
    cacheHitBps: read.integer('CACHE_HIT_BPS', { fallback: 2000, min: 1, max: 10_000 }),
    shares: toShares(read),
    rateLimits: {
      agentPerHour: read.integer('RATE_LIMIT_AGENT_PER_HOUR', { fallback: 100, min: 1, max: 1e9 }),
      urlPerHour: read.integer('RATE_LIMIT_URL_PER_HOUR', { fallback: 10, min: 1, max: 1e9 }),
      globalPerHour: read.integer('RATE_LIMIT_GLOBAL_PER_HOUR', { fallback: 10_000, min: 1, max: 1e9 }),
      executeAgentPerHour: read.integer('RATE_LIMIT_EXECUTE_PER_HOUR', { fallback: 1000, min: 1, max: 1e9 }),
      x402PerHour: read.integer('RATE_LIMIT_X402_PER_HOUR', { fallback: 2000, min: 1, max: 1e9 }),
      keysPerHour: read.integer('RATE_LIMIT_KEYS_PER_HOUR', { fallback: 1000, min: 1, max: 1e9 }),
      withdrawalsPerHour: read.integer('RATE_LIMIT_WITHDRAWALS_PER_HOUR', {
        fallback: 1000,
        min: 1,
        max: 1e9,
      }),
    },
    screening: {
      blockedDomains: read.parsed('BLOCKED_DOMAINS', DEFAULT_BLOCKED_DOMAINS, parseDomainPatterns),
      allowedDomains: read.parsed('ALLOWED_DOMAINS', '', parseDomainPatterns),
      ports: read.parsed('SCRAPE_PORTS', DEFAULT_WEB_PORTS.join(','), parsePorts),
      allowPrivate: read.parsed('SCRAPE_ALLOW_PRIVATE', '', parseAllowedTargets),
      proxies: read.parsed('SCRAPER_PROXIES', '', readProxies),
    },
    payment: {
      expirySeconds: read.integer('PAYMENT_EXPIRY_SECONDS', { fallback: 3600, min: 1, max: 30 * 86_400 }),
      graceMs: read.integer('PAYMENT_GRACE_MS', { fallback: 1000, min: 0, max: 60_000 }),
      plainMemo: read.oneOf('PLAIN_MEMO', PLAIN_MEMO, 'allowed'),
      dust: read.price('DUST_WATT', base(10_000n)),
    },
    access: { keyEnvironment: toKeyEnvironment(read) },
    x402: toX402Settings(read),
    bulkDiscounts: read.parsed('BULK_DISCOUNTS', '', parseBulkDiscounts),
    withdrawalMinimum: read.price('WITHDRAWAL_MIN_WATT', watt(1)),
    dispatch: {
      heartbeatMs: read.integer('NODE_HEARTBEAT_MS', { fallback: 5000, min: 100, max: 60_000 }),
      resumeMs: read.integer('NODE_RESUME_MS', { fallback: 10_000, min: 0, max: 600_000 }),
      queueSeconds: read.integer('QUEUE_TIMEOUT_SECONDS', { fallback: 120, min: 1, max: 86_400 }),
      leaseExtraMs: read.integer('LEASE_EXTRA_MS', { fallback: 15_000, min: 0, max: 600_000 }),
      maxAttempts: read.integer('MAX_ATTEMPTS', { fallback: 3, min: 1, max: 20 }),
    },
    http: {
      waitSeconds: read.integer('HTTP_WAIT_SECONDS', { fallback: 120, min: 1, max: 3600 }),
      trustProxy: read.oneOf('TRUST_PROXY', ['true', 'false'], 'false') === 'true',
    },
  };
  checkDust(read, config);
  checkAddresses(read, config);
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return config;
}

function toKeyEnvironment(read: EnvReader): string {
  const name = read.text('API_KEY_ENVIRONMENT', 'live');
  if (!KEY_ENVIRONMENT.test(name)) read.fault('API_KEY_ENVIRONMENT must be 2 to 12 small letters');
  return name;
}

/** Checked here, so that a mistake is heard at the start and not by each node. */
function readProxies(list: string): string[] {
  const { length } = parseScrapeProxies(list);
  if (length > LIMITS.scrapeProxies) throw new RangeError(`at most ${LIMITS.scrapeProxies} proxies`);
  return list.split(/[\s,]+/).filter((entry) => entry !== '');
}

/** A payment below the limit pays for no job, so one that is cheaper could never be bought. */
function checkDust(read: EnvReader, { payment, prices }: Config): void {
  const { simple, standard, javascript } = prices.scrape;
  const all = [
    ...[simple, standard, javascript],
    ...prices.execute.map((tier) => tier.price),
    ...prices.session.map((tier) => tier.pricePerMinute),
  ];
  // A price that could not be read is 0 and a fault of its own.
  if (all.some((price) => price > 0n && price < payment.dust))
    read.fault('DUST_WATT must not be above a price');
}

/** Says nothing of their values: RPC addresses often carry a key. */
function checkAddresses(read: EnvReader, { publicUrl, chain }: Config): void {
  const check = (name: string, value: string | undefined, scheme: 'http' | 'ws'): void => {
    if (!value || [`${scheme}:`, `${scheme}s:`].includes(schemeOf(value))) return;
    read.fault(`${name} must be an address that begins with ${scheme}:// or ${scheme}s://`);
  };
  check('PUBLIC_URL', publicUrl, 'http');
  check('SOLANA_RPC_URL', chain.rpcUrl, 'http');
  check('SOLANA_RPC_URL_2', chain.secondRpcUrl, 'http');
  check('SOLANA_WS_URL', chain.wsUrl, 'ws');
}

function schemeOf(text: string): string {
  return parseUrl(text)?.protocol ?? '';
}

function toPrices(read: EnvReader): PriceTable {
  const { scrape, execute, session } = DEFAULT_PRICES;
  return {
    scrape: {
      simple: read.price('SCRAPE_PRICE_SIMPLE', scrape.simple),
      standard: read.price('SCRAPE_PRICE_STANDARD', scrape.standard),
      javascript: read.price('SCRAPE_PRICE_JS', scrape.javascript),
      screenshot: read.price('SCRAPE_PRICE_SCREENSHOT', scrape.screenshot),
    },
    execute: execute.map(
      (tier): ExecuteTier => ({
        ...tier,
        price: read.price(`EXECUTE_PRICE_${tier.name.toUpperCase()}`, tier.price),
      }),
    ),
    session: session.map(
      (tier): SessionTier => ({
        ...tier,
        pricePerMinute: read.price(`SESSION_PRICE_${tier.name.toUpperCase()}`, tier.pricePerMinute),
      }),
    ),
  };
}

function toShares(read: EnvReader): Shares {
  const nodeBps = read.integer('NODE_SHARE_BPS', { fallback: DEFAULT_SHARES.nodeBps, min: 0, max: 10_000 });
  const burnBps = read.integer('BURN_SHARE_BPS', { fallback: DEFAULT_SHARES.burnBps, min: 0, max: 10_000 });
  if (nodeBps + burnBps > 10_000) read.fault('NODE_SHARE_BPS and BURN_SHARE_BPS together exceed 10000');
  return { nodeBps, burnBps };
}
