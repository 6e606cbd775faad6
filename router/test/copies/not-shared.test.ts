import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asking, type CopyMarket, isHit, openCopyMarket, SCRAPE } from './copy-market.ts';

let market: CopyMarket;
beforeAll(async () => {
  market = await openCopyMarket();
});
afterEach(() => market.stopNodes());
afterAll(() => market?.server[Symbol.asyncDispose]());

describe('a result that others are not given', () => {
  it.each([
    ['of a page that was not found', { status: 404 }],
    ['of an error page', { status: 503 }],
    ['without a status', { status: 'ok' }],
    ['with a warning', { warnings: ['selector "a" matched nothing'] }],
    ['that the site says is not for stores', { cache_control: 'max-age=0, No-Store' }],
    ['that the site says is private', { cache_control: 'private="set-cookie", max-age=60' }],
    ['with a word on copies that is none', { cache_control: 7 }],
  ])('is one %s', async (_, metadata) => {
    await market.node(() => ({ metadata }));
    expect((await market.second(asking(market.fresh()))).json).toMatchObject({
      cache: { hit: false },
      watt_charged: 200,
    });
  });

  it('is none of a site that says nothing against it', async () => {
    await market.node(() => ({ metadata: { cache_control: 'no-cache, max-age=0', warnings: [] } }));
    expect(isHit(await market.second(asking(market.fresh())))).toBe(true);
  });

  it('is one that failed', async () => {
    let tries = 0;
    await market.node(() => ({ isFailed: ++tries === 1 }));
    const url = market.fresh();
    const agent = await market.rich();
    expect(await agent.send('POST', SCRAPE, asking(url))).toMatchObject({ json: { code: 'SCRAPE_FAILED' } });
    expect(isHit(await agent.send('POST', SCRAPE, asking(url)))).toBe(false);
  });

  it('is one that its node did not sign for them', async () => {
    await market.node(() => ({ sign: () => null }));
    expect(isHit(await market.second(asking(market.fresh())))).toBe(false);
  });

  it('is one whose node says that it is older, or that it is of the future', async () => {
    const offset = { ms: -61_000 };
    await market.node(() => ({ finishedAt: Date.now() + offset.ms }));
    expect(isHit(await market.second(asking(market.fresh(), { max_age: 60 })))).toBe(false);
    // A clock that is ahead makes no copy younger than it is.
    offset.ms = 1e15;
    const url = market.fresh();
    expect((await market.second(asking(url, { max_age: 60 }))).json.cache).toMatchObject({
      hit: true,
      age_seconds: 0,
    });
    await market.age(url, 61);
    expect(isHit(await (await market.rich()).send('POST', SCRAPE, asking(url, { max_age: 60 })))).toBe(false);
  });
});

it('a result whose signature for copies is bad is no result: the job goes on, and is charged once', async () => {
  let results = 0;
  const sign = (good: string): string => {
    results += 1;
    return results === 1 ? good.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A')) : good;
  };
  await market.node(() => ({ sign }));
  const agent = await market.rich();
  const done = await agent.send('POST', SCRAPE, asking(market.fresh()));
  expect(done.json).toMatchObject({ success: true, watt_charged: 200 });
  const attempts = await market.sql`
    select state, reason from attempts where job_id = ${done.json.job_id} order by leased_at`;
  expect(attempts).toEqual([
    { state: 'failed', reason: 'invalid result: the signature for copies does not match' },
    { state: 'succeeded', reason: null },
  ]);
});
