import { type SessionPayload, type SessionState, type SessionView, wattNumber } from '@watt/shared';
import { refundOf, resultBody } from '../intake/intake.ts';
import type { SessionRecord } from './load-session.ts';
import { costOfMinutes, minutesBegun } from './session-charge.ts';

const MINUTE_MS = 60_000;

/** A session as its agent sees it now (Unix milliseconds). */
export function sessionView(session: SessionRecord, calls: SessionView['calls'], now: number): SessionView {
  const { job, request, minutes, readyAt } = session;
  const begun = begunBy(session, now);
  const url = sessionUrl(job.id);
  return {
    success: true,
    session_id: job.id,
    job_id: job.id,
    state: stateOf(session),
    language: request.language,
    memory_mb: request.memory_mb,
    isolation: session.isolation ?? request.isolation ?? 'container',
    node: job.nodeId,
    minutes,
    price_watt: wattNumber(job.price),
    minutes_begun: begun,
    cost_watt: begun === 0 ? 0 : wattNumber(costOfMinutes(begun, { price: job.price, minutes })),
    ready_at: isoTime(readyAt),
    expires_at: readyAt === null ? null : isoTime(readyAt + minutes * MINUTE_MS),
    finished_at: isoTime(job.finishedAt),
    calls,
    calls_url: `${url}/calls`,
    status_url: url,
    receipt_url: `/api/v1/jobs/${job.id}/receipt`,
    ...(job.result !== null && endOf(session)),
  };
}

export function sessionUrl(id: string): string {
  return `/api/v1/sessions/${id}`;
}

export function stateOf({ job, readyAt, closedAt }: SessionRecord): SessionState {
  if (job.state === 'running') return readyAt === null ? 'starting' : closedAt === null ? 'ready' : 'closing';
  return job.state === 'succeeded' ? 'ended' : job.state;
}

function endOf({ job }: SessionRecord): Partial<SessionView> {
  const { data, code, error, watt_charged, watt_burned } = resultBody(job, []);
  const refund = refundOf(job);
  const said = data as SessionPayload['data'] | undefined;
  return {
    ...(said && { ended: said.ended, calls: { answered: said.calls.length, waiting: 0 } }),
    ...(typeof code === 'string' && { code, error: String(error) }),
    watt_charged: Number(watt_charged),
    watt_burned: Number(watt_burned),
    ...(refund && { refund }),
  };
}

function begunBy({ job, minutes, readyAt, closedAt }: SessionRecord, now: number): number {
  if (job.charged !== null) return Number((job.charged * BigInt(minutes) + job.price - 1n) / job.price);
  if (readyAt === null || job.finishedAt !== null) return 0;
  return minutesBegun({ minutes, readyAt, endedAt: closedAt ?? now });
}

function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
