import type { AttemptId, SessionPayload, Shares } from '@watt/shared';
import type { NodeLink, ReceivedCallResult } from '../hub/hub-handlers.ts';
import type { Failure } from '../jobs/jobs.ts';
import { type CallBook, sessionCharge } from '../sessions/sessions.ts';
import type { Lease } from './lease-book.ts';
import type { Scheduler } from './scheduler.ts';
import type { DispatchStore } from './store.ts';

export interface SessionLeasesOptions {
  scheduler: Scheduler;
  store: DispatchStore;
  calls: CallBook;
  shares: Shares;
  clock: () => number;
}

/** What a lease's result is charged: all of the price, but for sessions. Amounts in base units. */
export interface Charge {
  unused: bigint;
  nodeShare: bigint;
  burnShare: bigint;
}

const UNREADY: Failure = { code: 'SESSION_ENDED', message: 'Closed before it was ready; nothing is charged' };

/** What leases of sessions have beyond those of other jobs: readiness, calls, an end that their agent chooses, a charge by the minute. */
export class SessionLeases {
  readonly #options: SessionLeasesOptions;

  constructor(options: SessionLeasesOptions) {
    this.#options = options;
  }

  /** The first such message is written down before anybody hears of it; a later one says that the node is back. */
  async onReady(link: NodeLink, attemptId: AttemptId): Promise<void> {
    const { scheduler, clock } = this.#options;
    const lease = scheduler.leases.get(attemptId);
    if (lease?.nodeId !== link.nodeId || !lease.session) return;
    const { session } = lease;
    if (session.readyAt === null) {
      session.marking ??= this.#mark(lease, clock()).finally(() => {
        session.marking = null;
      });
      await session.marking;
      if (session.readyAt === null) return;
    }
    this.#options.calls.resend(lease.waiting.job.id);
    if (session.endedAt !== null) link.closeSession(attemptId);
  }

  onCallResult(link: NodeLink, result: ReceivedCallResult): void {
    const { scheduler, calls } = this.#options;
    const { attempt_id: attemptId, job_id: jobId } = result.header;
    const lease = scheduler.leases.get(attemptId);
    if (lease?.nodeId !== link.nodeId || lease.waiting.job.id !== jobId) return;
    const { fault, isLast } = calls.onResult(jobId, result);
    if (fault !== null) {
      link.cancel(lease.attemptId, fault);
      scheduler.work.track(scheduler.end(lease, { state: 'failed', reason: `invalid answer: ${fault}` }));
    } else if (isLast) scheduler.work.track(this.#close(lease));
  }

  /** False when the node is not there, or takes nothing right now. */
  send(jobId: string, call: { callId: string; body: string }): boolean {
    const { leases, pool } = this.#options.scheduler;
    const lease = leases.ofJob(jobId);
    if (!lease) return false;
    return pool.get(lease.nodeId)?.link.sendCall({ ...call, attemptId: lease.attemptId }) === true;
  }

  /**
   * The agent is done: what was not ready is voided, else its node is asked to end it. False for a session that this router has not,
   * or that is just moving; the caller looks again.
   */
  async close(jobId: string): Promise<boolean> {
    const { scheduler } = this.#options;
    if (await scheduler.withdraw(jobId, UNREADY)) return true;
    const lease = scheduler.leases.ofJob(jobId);
    if (!lease?.session) return false;
    await lease.session.marking;
    if (lease.session.readyAt !== null) await this.#close(lease);
    else
      await scheduler.end(lease, { state: 'lapsed', reason: UNREADY.message, failure: UNREADY, final: true });
    return true;
  }

  /** What speaks against a session's result; null when nothing does. */
  async faultOf(lease: Lease, data: SessionPayload['data']): Promise<string | null> {
    const { calls, clock } = this.#options;
    const { session } = lease;
    if (!session) return null;
    const arrivedAt = clock();
    await session.marking;
    if (session.readyAt === null) return 'the session was never ready';
    session.endedAt ??= arrivedAt;
    return calls.contradiction(lease.waiting.job.id, data);
  }

  chargeOf({ waiting: { job }, session }: Lease): Charge {
    const { nodeShare, burnShare } = job;
    if (!session || session.readyAt === null) return { unused: 0n, nodeShare, burnShare };
    const { readyAt, minutes, endedAt } = session;
    return sessionCharge(
      { ...job, minutes, readyAt, endedAt: endedAt ?? this.#options.clock() },
      this.#options.shares,
    );
  }

  async #mark(lease: Lease, at: number): Promise<void> {
    const { store, scheduler } = this.#options;
    const { session, attemptId } = lease;
    const readyAt = await store.sessionReady({ attemptId, jobId: lease.waiting.job.id, at });
    if (!session || readyAt === null || scheduler.leases.get(attemptId) !== lease) return;
    session.readyAt = readyAt;
    scheduler.leases.reschedule(lease);
  }

  /** From here on nothing is charged, and the node has a while for its result. */
  async #close(lease: Lease): Promise<void> {
    const { store, scheduler, clock } = this.#options;
    const { session, attemptId } = lease;
    if (!session) return;
    if (session.endedAt === null) {
      const endedAt = await store.sessionClosed({ attemptId, at: clock() });
      session.endedAt ??= endedAt;
      scheduler.leases.reschedule(lease);
    }
    scheduler.pool.get(lease.nodeId)?.link.closeSession(attemptId);
  }
}
