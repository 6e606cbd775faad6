import {
  type BaseUnits,
  createJobId,
  type ExecuteBody,
  type JobView,
  type MapBody,
  parseJobId,
  parseWatt,
  type Quote,
  type QuoteBody,
  type Receipt,
  type ReceiptCheck,
  type ScrapeBatchBody,
  type ScrapeBody,
  type SessionBody,
} from '@watt/shared';
import {
  type Balance,
  cancelWithdrawal,
  createKey,
  fetchBalance,
  fetchWithdrawal,
  type NewApiKey,
  requestWithdrawal,
  revokeKey,
  type Withdrawal,
} from './account.ts';
import {
  type CodeAnswer,
  codeAnswer,
  type MapAnswer,
  mapAnswer,
  responseOf,
  type ScrapeAnswer,
  scrapeAnswer,
} from './answers.ts';
import { batchCall, withTicket } from './batch-call.ts';
import { credentialsOf } from './credentials.ts';
import { withDeadline } from './deadline.ts';
import { type DepositOrder, makeDeposit } from './deposit.ts';
import type { BatchResult } from './follow-batch.ts';
import { createHttpClient } from './http-client.ts';
import { type PaidCallContext, paidCall } from './paid-call.ts';
import type { Payer } from './payer.ts';
import { fetchQuote } from './quote.ts';
import { checkReceipt, fetchReceipt, fetchRouterKey, type Provable } from './receipts.ts';
import type { CallKind, ResumeTicket, SignedPayment } from './resume-ticket.ts';
import { defaultRuntime } from './runtime.ts';
import { openSession, type Session } from './session.ts';
import { createSolanaPayer } from './solana-payer.ts';
import { fetchJob, pollJob } from './wait-for-job.ts';
import { JobTimeoutError, toWattError } from './watt-error.ts';
import type { CallOptions, WaitOptions, WattOptions } from './watt-options.ts';

const DEFAULTS = {
  maxCost: '2000',
  timeoutMs: 300_000,
  requestTimeoutMs: 90_000,
  maxRetries: 4,
  paymentLagMs: 90_000,
};

/** The last members of a resumed call that the SDK cannot know by itself. */
export interface Resumable extends Pick<ResumeTicket, 'service' | 'body'> {
  jobId: string;
  payment?: ResumeTicket['payment'];
}

export interface Watt {
  quote<S extends QuoteBody['service']>(
    service: S,
    request: RequestOf<S>,
    options?: WaitOptions,
  ): Promise<Quote>;
  scrape(request: ScrapeBody, options?: CallOptions): Promise<ScrapeAnswer>;
  runCode(request: ExecuteBody, options?: CallOptions): Promise<CodeAnswer>;
  /**
   * Scrapes up to 100 pages for one payment; each comes as it ends. `maxCost` is about the sum; `timeoutMs` is for the payment, and then
   * for the next page to come. `ticket`, of an error, goes on with a batch that was cut off and never pays twice.
   */
  scrapeBatch(
    request: ScrapeBatchBody,
    options?: CallOptions & { ticket?: ResumeTicket },
  ): AsyncGenerator<BatchResult, void>;
  /** The addresses of a site, from its links and sitemaps. */
  map(request: MapBody, options?: CallOptions): Promise<MapAnswer>;
  /**
   * Buys an interpreter by the minute, and waits until it takes programs. `ticket`, of an error or a session, finds the same session again
   * and never pays twice.
   */
  openSession(request: SessionBody, options?: CallOptions & { ticket?: ResumeTicket }): Promise<Session>;
  /** Goes on with a call that was cut off. Without a payment in the ticket it never pays, but waits for one to be seen. */
  resume(ticket: Resumable, options?: CallOptions): Promise<ScrapeAnswer | CodeAnswer | MapAnswer>;
  job(jobId: string, options?: WaitOptions): Promise<JobView>;
  /** Resolves with the job once it succeeded, failed or expired; JobTimeoutError when the time is over first. */
  waitForJob(jobId: string, options?: WaitOptions): Promise<JobView>;
  receipt(jobId: string, options?: WaitOptions): Promise<Receipt>;
  /** What the wallet has with the router; needs `apiKey` or `prepaid`, as all that follow but `deposit`. */
  balance(options?: WaitOptions & { limit?: number; after?: string }): Promise<Balance>;
  /** Adds to the wallet's balance on chain; it can be spent as soon as this resolves, or a moment later. */
  deposit(amount: string, options?: WaitOptions & Omit<DepositOrder, 'amount'>): Promise<SignedPayment>;
  /** Sends WATT, or all of it, back to the wallet. A retry with the same `idempotencyKey` never withdraws twice. */
  withdraw(amount: string, options?: WaitOptions & { idempotencyKey?: string }): Promise<Withdrawal>;
  withdrawal(id: string, options?: WaitOptions): Promise<Withdrawal>;
  /** Takes a withdrawal back that has not left: what it would have sent is in the balance again. */
  cancelWithdrawal(id: string, options?: WaitOptions): Promise<Withdrawal>;
  /** Makes an API key that spends this wallet's balance; needs `prepaid`. */
  createKey(key: NewApiKey, options?: WaitOptions): Promise<{ id: string; apiKey: string }>;
  revokeKey(id: string, options?: WaitOptions): Promise<void>;
  /** Fetches the receipt and verifies both signatures against the router's key, the request and the result. */
  verify(job: Provable, options?: WaitOptions): Promise<ReceiptCheck & { receipt: Receipt }>;
}

type RequestOf<S extends QuoteBody['service']> = Extract<QuoteBody, { service: S }>['request'];

/** Connects to a router. Nothing is sent and no key is used before the first call. Throws TypeError for options that do not fit. */
export function createWatt(options: WattOptions): Watt {
  const limits = { ...DEFAULTS, ...defined(options) };
  const runtime = options.runtime ?? defaultRuntime(options.fetch);
  const { baseUrl, publicUrl = baseUrl } = options;
  const authorize = credentialsOf(options);
  const http = createHttpClient({ ...limits, baseUrl, publicUrl, runtime, authorize });
  const context: PaidCallContext = {
    ...{ http, runtime, paymentLagMs: limits.paymentLagMs, payer: payerOf(options) },
    payWith: options.payWith ?? 'commitment',
    mint: options.mint ?? null,
    onTicket: options.onTicket ?? null,
  };
  parseMaxCost(limits.maxCost);
  let routerKey = options.routerKey ?? null;

  async function knownRouterKey(signal: AbortSignal): Promise<string> {
    routerKey ??= await fetchRouterKey(http, signal);
    return routerKey;
  }

  function within<T>(wait: WaitOptions, jobId: string | null, work: (signal: AbortSignal) => Promise<T>) {
    const ms = wait.timeoutMs ?? limits.timeoutMs;
    const reason = () =>
      new JobTimeoutError({ code: 'TIMEOUT', message: `Not done within ${ms} ms`, jobId, fix: LATER });
    return withDeadline({ ms, signal: wait.signal, reason }, work).catch((error: unknown) => {
      throw toWattError(error, wait.signal);
    });
  }

  async function call(ticket: ResumeTicket, mayPay: boolean, call: CallOptions) {
    const maxCost = parseMaxCost(call.maxCost ?? limits.maxCost);
    try {
      return await within(call, ticket.jobId, async (signal) => {
        const answer = await paidCall(context, ticket, { maxCost, mayPay, signal });
        if (answer.status === 200) return answer.body;
        return responseOf(await pollJob(http, ticket.jobId, { runtime, signal }));
      });
    } catch (error) {
      throw withTicket(error, ticket);
    }
  }

  return {
    quote: (service, request, wait = {}) =>
      within(wait, null, (signal) => fetchQuote(http, { service, request }, signal)),

    async scrape(request, options = {}) {
      const ticket = createTicket('scrape', request, options.jobId);
      return scrapeAnswer(await call(ticket, true, options), ticket);
    },

    async runCode(request, options = {}) {
      const ticket = createTicket('execute', request, options.jobId);
      return codeAnswer(await call(ticket, true, options), ticket);
    },

    scrapeBatch(request, options = {}) {
      const ticket = options.ticket ?? createTicket('scrape/batch', request, options.jobId);
      const maxCost = parseMaxCost(options.maxCost ?? limits.maxCost);
      return batchCall(context, ticket, { maxCost, within: (work) => within(options, ticket.jobId, work) });
    },

    async map(request, options = {}) {
      const ticket = createTicket('map', request, options.jobId);
      return mapAnswer(await call(ticket, true, options), ticket);
    },

    openSession(request, { ticket: known, maxCost, ...wait } = {}) {
      const ticket = known ?? createTicket('sessions', request, wait.jobId);
      return openSession(context, ticket, {
        wait,
        maxCost: parseMaxCost(maxCost ?? limits.maxCost),
        routerKey: knownRouterKey,
        within: (limit, work) => within(limit, ticket.jobId, work),
      });
    },

    async resume({ service, body, ...rest }, options = {}) {
      const other = GOES_ON_WITH[service];
      if (other) throw new TypeError(`This ticket goes on with ${other}`);
      const ticket = { service, body, jobId: requireJobId(rest.jobId), payment: rest.payment ?? null };
      const response = await call(ticket, ticket.payment !== null, options);
      if (service === 'map') return mapAnswer(response, ticket);
      return service === 'scrape' ? scrapeAnswer(response, ticket) : codeAnswer(response, ticket);
    },

    job: (jobId, wait = {}) => within(wait, jobId, (signal) => fetchJob(http, requireJobId(jobId), signal)),

    waitForJob: (jobId, wait = {}) =>
      within(wait, jobId, (signal) => pollJob(http, requireJobId(jobId), { runtime, signal })),

    receipt: (jobId, wait = {}) =>
      within(wait, jobId, (signal) => fetchReceipt(http, requireJobId(jobId), signal)),

    ...accountCalls(context, within),

    verify: (job, wait = {}) =>
      within(wait, job.jobId, async (signal) => {
        const receipt = await fetchReceipt(http, requireJobId(job.jobId), signal);
        return { ...checkReceipt(receipt, job, await knownRouterKey(signal)), receipt };
      }),
  };
}

const GOES_ON_WITH: Partial<Record<CallKind, string>> = {
  'scrape/batch': 'scrapeBatch',
  sessions: 'openSession',
};
const LATER = 'The job goes on: `watt.waitForJob(jobId)`, or `watt.resume(error.ticket)` for a call.';

type Within = <T>(
  wait: WaitOptions,
  jobId: string | null,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

function accountCalls(
  context: PaidCallContext,
  within: Within,
): Pick<
  Watt,
  'balance' | 'deposit' | 'withdraw' | 'withdrawal' | 'cancelWithdrawal' | 'createKey' | 'revokeKey'
> {
  const { http } = context;
  return {
    balance: (page = {}) => within(page, null, (signal) => fetchBalance(http, page, signal)),

    deposit: (amount, order = {}) =>
      within(order, null, (signal) => makeDeposit(context, { ...order, amount }, signal)),

    withdraw: (amount, order = {}) =>
      within(order, null, (signal) => requestWithdrawal(http, { ...order, amount }, signal)),

    withdrawal: (id, wait = {}) => within(wait, null, (signal) => fetchWithdrawal(http, id, signal)),

    cancelWithdrawal: (id, wait = {}) => within(wait, null, (signal) => cancelWithdrawal(http, id, signal)),

    createKey: (key, wait = {}) => within(wait, null, (signal) => createKey(http, key, signal)),

    revokeKey: (id, wait = {}) => within(wait, null, (signal) => revokeKey(http, id, signal)),
  };
}

/** The id and the bytes are made here, once: whatever is repeated later repeats these. */
function createTicket(service: CallKind, request: { job_id?: string }, jobId?: string): ResumeTicket {
  const id = jobId ?? request.job_id;
  const ticketId = id === undefined ? createJobId() : requireJobId(id);
  return { jobId: ticketId, service, body: JSON.stringify({ ...request, job_id: ticketId }), payment: null };
}

function requireJobId(text: string) {
  const jobId = parseJobId(text);
  if (jobId === null) throw new TypeError(`${JSON.stringify(text)} is not a UUID, which a job id is`);
  return jobId;
}

function parseMaxCost(text: string): BaseUnits {
  const units = parseWatt(text);
  if (units === null)
    throw new TypeError(`maxCost is WATT as a decimal string such as "500", not ${JSON.stringify(text)}`);
  return units;
}

function payerOf(options: WattOptions): Payer | null {
  if (options.payer) return options.payer;
  if (options.wallet === undefined) return null;
  if (options.rpcUrl === undefined) {
    if (options.prepaid) return null;
    throw new TypeError('A wallet needs `rpcUrl`, the chain it pays on');
  }
  const { wallet, rpcUrl, fetch, priorityFeeMicroLamports } = options;
  return createSolanaPayer({ wallet, rpcUrl, fetch, priorityFeeMicroLamports });
}

function defined(options: WattOptions): Partial<typeof DEFAULTS> {
  const names = Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[];
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}
