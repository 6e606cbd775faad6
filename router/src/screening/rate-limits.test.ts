import { AppError } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { createRateLimits, type RateLimits } from './rate-limits.ts';

const LIMITS = {
  agentPerHour: 3,
  urlPerHour: 2,
  globalPerHour: 5,
  executeAgentPerHour: 2,
  x402PerHour: 2,
  keysPerHour: 1,
  withdrawalsPerHour: 1,
};
const url = 'https://example.com/';

async function refusal(
  limits: RateLimits,
  job: Parameters<RateLimits['count']>[0],
): Promise<AppError | null> {
  try {
    await limits.count(job);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

describe('createRateLimits', () => {
  it('stops an agent, not its neighbour', async () => {
    const limits = createRateLimits(LIMITS);
    for (let i = 0; i < 3; i += 1) {
      expect(await refusal(limits, { service: 'scrape', agent: 'a', url: `${url}${i}` })).toBeNull();
    }
    const refused = await refusal(limits, { service: 'scrape', agent: 'a', url });
    expect(refused).toMatchObject({
      code: 'RATE_LIMITED',
      extra: { limit: 3, per: 'agent', window_seconds: 3600 },
    });
    expect(await refusal(limits, { service: 'scrape', agent: 'b', url })).toBeNull();
  });

  it('stops an address, whoever asks', async () => {
    const limits = createRateLimits(LIMITS);
    for (const agent of ['a', 'b'])
      expect(await refusal(limits, { service: 'scrape', agent, url })).toBeNull();
    expect(await refusal(limits, { service: 'scrape', agent: 'c', url })).toMatchObject({
      extra: { limit: 2, per: 'URL' },
    });
  });

  it('stops everybody at the limit of the service, and lets the other service pass', async () => {
    const limits = createRateLimits(LIMITS);
    for (let i = 0; i < 5; i += 1) {
      expect(await refusal(limits, { service: 'scrape', agent: `${i}`, url: `${url}${i}` })).toBeNull();
    }
    expect(await refusal(limits, { service: 'scrape', agent: 'x', url })).toMatchObject({
      extra: { limit: 5, per: 'service' },
    });
    expect(await refusal(limits, { service: 'execute', agent: 'x', url: null })).toBeNull();
  });

  it('counts executions of an agent by themselves', async () => {
    const limits = createRateLimits(LIMITS);
    const run = () => refusal(limits, { service: 'execute', agent: 'a', url: null });
    expect([await run(), await run()]).toEqual([null, null]);
    expect(await run()).toMatchObject({ extra: { limit: 2, per: 'agent' } });
    expect(await refusal(limits, { service: 'scrape', agent: 'a', url })).toBeNull();
  });

  it('counts nothing of a call that it refuses', async () => {
    const limits = createRateLimits(LIMITS);
    const other = `${url}other`;
    for (const agent of ['x', 'y']) await limits.count({ service: 'scrape', agent, url });
    // Refused by the address, ten times: neither the agent's nor the common count goes up.
    for (let i = 0; i < 10; i += 1) {
      expect(await refusal(limits, { service: 'scrape', agent: 'a', url })).toMatchObject({
        extra: { per: 'URL' },
      });
    }
    for (const part of ['1', '2', '3']) {
      expect(await refusal(limits, { service: 'scrape', agent: 'a', url: other + part })).toBeNull();
    }
    // The five of all are used up; refused by that, an address has its count still.
    expect(await refusal(limits, { service: 'scrape', agent: 'b', url: other })).toMatchObject({
      extra: { per: 'service' },
    });
    expect(await refusal(limits, { service: 'scrape', agent: 'a', url: other })).toMatchObject({
      extra: { per: 'agent' },
    });
  });

  it('counts payments and keys by themselves, each for its agent', async () => {
    const limits = createRateLimits(LIMITS);
    for (const _ of [1, 2]) await limits.countOther('x402 payments', 'a');
    await limits.countOther('API keys', 'a');
    await expect(limits.countOther('x402 payments', 'a')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extra: { limit: 2, per: 'agent' },
      message: expect.stringMatching(/^More than 2 x402 payments an hour/),
    });
    await expect(limits.countOther('API keys', 'a')).rejects.toMatchObject({ extra: { limit: 1 } });
    await limits.countOther('x402 payments', 'b');
    expect(await refusal(limits, { service: 'execute', agent: 'a', url: null })).toBeNull();
  });

  it('holds when calls come at once', async () => {
    const limits = createRateLimits({ ...LIMITS, agentPerHour: 4, urlPerHour: 100, globalPerHour: 100 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => refusal(limits, { service: 'scrape', agent: 'a', url })),
    );
    expect(answers.filter((answer) => answer === null)).toHaveLength(4);
  });

  it('says when to come again, in the body and in the headers', async () => {
    const limits = createRateLimits({ ...LIMITS, urlPerHour: 1 });
    await limits.count({ service: 'scrape', agent: 'a', url });
    const refused = await refusal(limits, { service: 'scrape', agent: 'a', url });
    const seconds = refused?.extra['retry_after_seconds'] as number;
    expect(seconds).toBeGreaterThan(3590);
    expect(seconds).toBeLessThanOrEqual(3600);
    expect(refused?.headers).toEqual({
      'retry-after': `${seconds}`,
      'ratelimit-policy': '"url";q=1;w=3600',
      ratelimit: `"url";r=0;t=${seconds}`,
    });
    expect(refused?.message).toBe(`More than 1 jobs an hour for this URL; try again in ${seconds} s`);
  });
});
