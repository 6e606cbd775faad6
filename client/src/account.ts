import { randomUUID } from 'node:crypto';
import { formatWatt, parseWatt } from '@watt/shared';
import { type AnswerBody, isAnswerBody } from './answer-body.ts';
import { answerError } from './answer-error.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';
import { WattError } from './watt-error.ts';

/** What a wallet has with the router. Amounts are WATT in exact decimal strings. */
export interface Balance {
  wallet: string;
  available: string;
  /** Prices of jobs that run. */
  held: string;
  /** Part of `available` that is not finalized yet. */
  pending: string;
  withdrawable: string;
  withdrawing: string;
  /** For jobs, all time. */
  spent: string;
  /** Newest first. */
  history: Movement[];
  /** Pass as `after` for the next page; null on the last one. */
  next: string | null;
}

export interface Movement {
  id: string;
  kind: string;
  /** With a minus for what left. */
  amount: string;
  at: string;
  jobId: string | null;
  payoutId: string | null;
  signature: string | null;
}

export interface Withdrawal {
  id: string;
  amount: string;
  state: string;
  /** Why it is held, or has not left yet. */
  reason: string | null;
  /** The transaction that carries it, once there is one. */
  signature: string | null;
}

export interface NewApiKey {
  name: string;
  scopes: ('spend' | 'read' | 'withdraw')[];
  /** WATT, decimal strings. */
  budgetPerJob?: string;
  budgetPerDay?: string;
  /** ISO 8601. */
  expiresAt?: string;
}

type Send = Omit<HttpRequest, 'signal'>;

export async function fetchBalance(
  http: HttpClient,
  page: { limit?: number | undefined; after?: string | undefined },
  signal: AbortSignal,
): Promise<Balance> {
  const query = new URLSearchParams();
  if (page.limit !== undefined) query.set('limit', `${page.limit}`);
  if (page.after !== undefined) query.set('after', page.after);
  const body = await ask(
    http,
    { method: 'GET', path: `/api/v1/balance${query.size > 0 ? `?${query}` : ''}` },
    signal,
  );
  const history = Array.isArray(body['history']) ? body['history'].filter(isAnswerBody) : [];
  return {
    wallet: String(body['wallet']),
    available: amount(body, 'available'),
    held: amount(body, 'held'),
    pending: amount(body, 'pending'),
    withdrawable: amount(body, 'withdrawable'),
    withdrawing: amount(body, 'withdrawing'),
    spent: amount(body, 'spent'),
    history: history.map((movement) => ({
      id: String(movement['id']),
      kind: String(movement['kind']),
      amount: amount(movement, 'amount'),
      at: String(movement['at']),
      jobId: textOrNull(movement['job_id']),
      payoutId: textOrNull(movement['payout_id']),
      signature: textOrNull(movement['signature']),
    })),
    next: textOrNull(body['next']),
  };
}

/** A retry with the same key never withdraws twice; without one, each call is a withdrawal of its own. */
export async function requestWithdrawal(
  http: HttpClient,
  order: { amount: string; idempotencyKey?: string | undefined },
  signal: AbortSignal,
): Promise<Withdrawal> {
  if (order.amount !== 'all' && parseWatt(order.amount) === null) {
    throw new TypeError(
      `A withdrawal is WATT as a decimal string or "all", not ${JSON.stringify(order.amount)}`,
    );
  }
  const request: Send = {
    method: 'POST',
    path: '/api/v1/withdrawals',
    body: JSON.stringify({ amount: order.amount }),
    headers: { 'idempotency-key': order.idempotencyKey ?? randomUUID() },
  };
  return toWithdrawal(await ask(http, request, signal));
}

export async function fetchWithdrawal(
  http: HttpClient,
  id: string,
  signal: AbortSignal,
): Promise<Withdrawal> {
  const path = `/api/v1/withdrawals/${encodeURIComponent(id)}`;
  return toWithdrawal(await ask(http, { method: 'GET', path }, signal));
}

/** Takes a withdrawal back whose transaction was not made yet; what it would have sent is in the balance again. */
export async function cancelWithdrawal(
  http: HttpClient,
  id: string,
  signal: AbortSignal,
): Promise<Withdrawal> {
  const path = `/api/v1/withdrawals/${encodeURIComponent(id)}`;
  return toWithdrawal(await ask(http, { method: 'DELETE', path }, signal));
}

/** The secret is in this answer only. */
export async function createKey(
  http: HttpClient,
  key: NewApiKey,
  signal: AbortSignal,
): Promise<{ id: string; apiKey: string }> {
  const { name, scopes, budgetPerJob, budgetPerDay, expiresAt } = key;
  const body = JSON.stringify({
    name,
    scopes,
    budget_per_job: budgetPerJob,
    budget_per_day: budgetPerDay,
    expires_at: expiresAt,
  });
  const made = await ask(http, { method: 'POST', path: '/api/v1/keys', body }, signal);
  return { id: String(made['key_id']), apiKey: String(made['key']) };
}

export async function revokeKey(http: HttpClient, id: string, signal: AbortSignal): Promise<void> {
  await ask(http, { method: 'DELETE', path: `/api/v1/keys/${encodeURIComponent(id)}` }, signal);
}

async function ask(http: HttpClient, request: Send, signal: AbortSignal): Promise<AnswerBody> {
  const answer = await http.send({ ...request, signal });
  if (answer.status >= 300) throw answerError(answer);
  return answer.body;
}

function toWithdrawal(body: AnswerBody): Withdrawal {
  return {
    id: String(body['withdrawal_id']),
    amount: amount(body, 'amount'),
    state: String(body.state),
    reason: textOrNull(body['reason']),
    signature: textOrNull(body['signature']),
  };
}

function amount(body: AnswerBody, name: string): string {
  const units = body[`${name}_base`];
  if (typeof units === 'string' && /^-?\d{1,19}$/.test(units)) return formatWatt(BigInt(units));
  const message = `The router’s answer has no amount "${name}"`;
  throw new WattError({ code: 'UNEXPECTED_ANSWER', message, status: 200, body });
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
