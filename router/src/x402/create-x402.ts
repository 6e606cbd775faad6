import type { JobId, SigningKey } from '@watt/shared';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { SqlClient } from '../db/connect.ts';
import type { PayTo } from '../payments/payments.ts';
import { type DiscoveredResource, discoverResources } from './discovery.ts';
import { createFacilitator } from './facilitator.ts';
import { chooseNetwork } from './network.ts';
import { openPaidCall, type PaidCall, type PaidCallRequest } from './paid-call.ts';
import { watchReadiness } from './readiness.ts';
import type { OfferTerms } from './requirements.ts';
import { createResender } from './resender.ts';
import { findSettlement } from './settlement-store.ts';

export interface X402Options {
  sql: SqlClient;
  payTo: PayTo;
  config: Config;
  /** Pays the fees. */
  key: SigningKey;
  /** The origin by which agents reach this router; known once it listens. */
  publicUrl: () => string;
  /** Pays a job, or a batch, from what is on record. */
  fund(jobId: string): Promise<unknown>;
  /** The settlement of this job has ended without effect. */
  onEnded(jobId: string): void;
  /** Counts a payment that the chain is asked about; throws RATE_LIMITED. */
  countCheck(agent: string): Promise<void>;
  logger: Logger;
}

/** Payment over x402, version 2, with the router as its own facilitator. */
export interface X402 {
  readonly terms: OfferTerms;
  /** Why it is not offered right now; null when it is. */
  fault(): string | null;
  /** One call for a job: the payment that it brings, and what its answer carries. Throws X402_MALFORMED. */
  open(request: PaidCallRequest): PaidCall;
  /** The signature of the payment of this job that is on its way; null when there is none. */
  sentFor(jobId: JobId): Promise<string | null>;
  /** What is sold over x402; nothing while it is not offered. */
  resources(): DiscoveredResource[];
  /** Takes up payments that a router before this one stored. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const CALL_TIMEOUT_MS = 10_000;
const READINESS_MS = 30_000;

export function createX402(options: X402Options): X402 {
  const { sql, payTo, key, logger } = options;
  const { rpcUrl } = options.config.chain;
  const settings = options.config.x402;
  const network = chooseNetwork(payTo.network, settings.network);
  const facilitator = createFacilitator({ key, rpcUrl, callTimeoutMs: CALL_TIMEOUT_MS });
  const terms: OfferTerms = {
    network: network.id,
    mint: payTo.mint,
    payTo: payTo.computeWallet,
    feePayer: facilitator.feePayer,
  };
  const readiness = watchReadiness({
    facilitator,
    tokenAccount: payTo.tokenAccount,
    minLamports: settings.minLamports,
    everyMs: READINESS_MS,
    logger,
  });
  const resender = createResender({
    sql,
    facilitator,
    everyMs: settings.resendMs,
    logger,
    fund: options.fund,
    onEnded: options.onEnded,
  });
  const { limits } = settings;
  const since = Date.now();

  return {
    terms,
    fault: () => readiness.fault(),
    open: (request) =>
      openPaidCall(
        {
          sql,
          facilitator,
          terms,
          payTo,
          limits,
          publicUrl: options.publicUrl,
          fault: readiness.fault,
          countCheck: options.countCheck,
          logger,
        },
        request,
      ),
    async sentFor(jobId) {
      const settlement = await findSettlement(sql, jobId);
      return settlement?.state === 'signed' ? settlement.signature : null;
    },
    resources() {
      if (readiness.fault() !== null) return [];
      const { prices } = options.config;
      return discoverResources(terms, { publicUrl: options.publicUrl(), prices, since });
    },
    async start() {
      if (network.isPosing) logger.warn(`this chain poses as ${network.id} towards x402 clients`);
      resender.start();
      await readiness.start();
    },
    async stop() {
      readiness.stop();
      await resender.stop();
    },
  };
}
