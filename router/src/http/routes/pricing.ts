import { LIMITS, PROTOCOL_VERSION, wattNumber } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';

/** `GET /api/v1/pricing`: what everything costs, where to pay, whose signatures to expect. */
export function pricingRoutes(
  app: FastifyInstance,
  { config, payments, secrets, settlement }: Context,
): void {
  const { scrape, execute, session } = config.prices;
  const { computeWallet, tokenAccount, mint, tokenProgram, network } = payments.payTo;
  const answer = {
    success: true,
    router: secrets.routerKey.publicKey,
    protocol: PROTOCOL_VERSION,
    pay_to: computeWallet,
    token_account: tokenAccount,
    mint,
    token_program: tokenProgram,
    network,
    scrape: {
      simple: wattNumber(scrape.simple),
      standard: wattNumber(scrape.standard),
      javascript: wattNumber(scrape.javascript),
      screenshot: wattNumber(scrape.screenshot),
      max_timeout_seconds: LIMITS.scrapeTimeoutMaxSeconds,
      copies: { charged_bps: config.cacheHitBps, max_age_seconds: LIMITS.copyAgeMaxSeconds },
    },
    execute: execute.map((tier) => ({
      tier: tier.name,
      watt: wattNumber(tier.price),
      max_timeout_seconds: tier.maxSeconds,
      max_memory_mb: tier.maxMemoryMb,
    })),
    session: session.map((tier) => ({
      tier: tier.name,
      watt_per_minute: wattNumber(tier.pricePerMinute),
      max_minutes: LIMITS.sessionMinutesMax,
      max_memory_mb: tier.maxMemoryMb,
    })),
    shares_bps: {
      node: config.shares.nodeBps,
      burn: config.shares.burnBps,
      router: 10_000 - config.shares.nodeBps - config.shares.burnBps,
    },
    volume_discounts: {
      counted: 'WATT captured for a wallet in the last 30 days; calls must prove the wallet',
      rounding: 'the discount is rounded down to base units',
      steps: config.bulkDiscounts.map((step) => ({
        from_watt: wattNumber(step.from),
        discount_bps: step.bps,
      })),
    },
    rate_limits_per_hour: {
      scrape_per_agent: config.rateLimits.agentPerHour,
      scrape_per_url: config.rateLimits.urlPerHour,
      execute_per_agent: config.rateLimits.executeAgentPerHour,
      global: config.rateLimits.globalPerHour,
    },
    withdrawals: {
      minimum_watt: wattNumber(config.withdrawalMinimum),
      // Less waits until others leave with it.
      alone_from_watt: settlement.leastAlone && wattNumber(settlement.leastAlone),
    },
    payment_expiry_seconds: config.payment.expirySeconds,
  };
  app.get('/api/v1/pricing', async () => answer);
}
