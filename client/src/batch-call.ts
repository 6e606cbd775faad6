import { type BatchResult, nextResults } from './follow-batch.ts';
import { type PaidCallContext, type PaidCallOptions, paidCall } from './paid-call.ts';
import type { ResumeTicket } from './resume-ticket.ts';
import { toWattError } from './watt-error.ts';

export interface BatchCallOptions {
  maxCost: PaidCallOptions['maxCost'];
  /** Runs one step within the caller's limits. */
  within<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Pays for a batch and hands its pages out as they end. Errors carry the ticket, with which the same batch goes on. */
export async function* batchCall(
  context: PaidCallContext,
  ticket: ResumeTicket,
  { maxCost, within }: BatchCallOptions,
): AsyncGenerator<BatchResult, void> {
  const { http, runtime } = context;
  const order = { maxCost, mayPay: true, headers: { prefer: 'respond-async' } };
  const cursor = { batchId: ticket.jobId, from: 0, seen: new Set<number>() };
  try {
    await within((signal) => paidCall(context, ticket, { ...order, signal }));
    for (;;) {
      const results = await within((signal) => nextResults(http, cursor, { runtime, signal }));
      if (results === null) return;
      yield* results;
    }
  } catch (error) {
    throw withTicket(error, ticket);
  }
}

/** The error as a WattError that says with what the call goes on. */
export function withTicket(error: unknown, ticket: ResumeTicket): Error {
  const known = toWattError(error);
  known.ticket = ticket;
  return known;
}
