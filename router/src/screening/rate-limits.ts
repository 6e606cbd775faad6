import { AppError, type Service } from '@watt/shared';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config/config.ts';

const HOUR_SECONDS = 3600;

/** What a job is counted by: its service, who calls, and the page's address (null for executions). */
export interface CountedJob {
  service: Service;
  agent: string;
  url: string | null;
}

/** Payments over x402 whose worth the chain is asked for; API keys and withdrawals that are made. */
export type CountedOther = 'x402 payments' | 'API keys' | 'withdrawals';

export interface RateLimits {
  /** Counts one new job; throws RATE_LIMITED, with Retry-After, and counts nothing when any of the limits is reached. */
  count(job: CountedJob): Promise<void>;
  /** Takes back a count: the job turned out not to be new. */
  giveBack(job: CountedJob): Promise<void>;
  /** Counts what is no job and costs us all the same, whatever comes of it; throws RATE_LIMITED. */
  countOther(what: CountedOther, agent: string): Promise<void>;
}

/** Per agent, per URL and for all, each by the hour. Source: specification, section 3 "Rate Limits". */
export function createRateLimits(limits: Config['rateLimits']): RateLimits {
  const limiter = (name: string, points: number) =>
    new RateLimiterMemory({ keyPrefix: name, points, duration: HOUR_SECONDS });
  const agents = {
    scrape: limiter('scrape per agent', limits.agentPerHour),
    execute: limiter('execute per agent', limits.executeAgentPerHour),
  };
  const urls = limiter('scrape per url', limits.urlPerHour);
  const all = {
    scrape: limiter('scrape', limits.globalPerHour),
    execute: limiter('execute', limits.globalPerHour),
  };

  const others: Record<CountedOther, RateLimiterMemory> = {
    'x402 payments': limiter('x402 per agent', limits.x402PerHour),
    'API keys': limiter('keys per agent', limits.keysPerHour),
    withdrawals: limiter('withdrawals per agent', limits.withdrawalsPerHour),
  };

  const checksOf = ({ service, agent, url }: CountedJob): Check[] => [
    { limit: agents[service], key: agent, of: 'agent' },
    ...(url === null ? [] : [{ limit: urls, key: url, of: 'URL' }]),
    { limit: all[service], key: 'all', of: 'service' },
  ];

  return {
    async count(job) {
      const checks = checksOf(job);
      for (const [index, check] of checks.entries()) {
        const refusal = await consume(check.limit, check.key);
        if (!refusal) continue;
        // The limiter counts what it refuses too.
        for (const counted of checks.slice(0, index + 1)) await counted.limit.reward(counted.key);
        throw rateLimited('jobs', check.of, check.limit.points, refusal);
      }
    },
    async giveBack(job) {
      for (const check of checksOf(job)) await check.limit.reward(check.key);
    },
    async countOther(what, agent) {
      const refusal = await consume(others[what], agent);
      if (refusal) throw rateLimited(what, 'agent', others[what].points, refusal);
    },
  };
}

interface Check {
  limit: RateLimiterMemory;
  key: string;
  of: string;
}

async function consume(limit: RateLimiterMemory, key: string): Promise<RateLimiterRes | null> {
  try {
    await limit.consume(key);
    return null;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}

function rateLimited(what: string, of: string, limit: number, refusal: RateLimiterRes): AppError {
  const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
  return new AppError('RATE_LIMITED', {
    detail: `More than ${limit} ${what} an hour for this ${of}; try again in ${seconds} s`,
    extra: { limit, per: of, window_seconds: HOUR_SECONDS, retry_after_seconds: seconds },
    headers: {
      'retry-after': `${seconds}`,
      'ratelimit-policy': `"${of.toLowerCase()}";q=${limit};w=${HOUR_SECONDS}`,
      ratelimit: `"${of.toLowerCase()}";r=0;t=${seconds}`,
    },
  });
}
