import {
  type Ack,
  type AttemptId,
  type ErrorCode,
  type Hello,
  isErrorCode,
  type NodeId,
  type Refuse,
  type Shares,
} from '@watt/shared';
import type {
  HelloDecision,
  HubHandlers,
  NodeLink,
  ReceivedCallResult,
  ReceivedOutput,
  ReceivedResult,
} from '../hub/hub-handlers.ts';
import type { QueuedJob } from '../jobs/jobs.ts';
import type { CallBook } from '../sessions/sessions.ts';
import type { Lease } from './lease-book.ts';
import { laneOf } from './node-pool.ts';
import { type CompletedResult, readResult } from './read-result.ts';
import { Scheduler, type SchedulerOptions } from './scheduler.ts';
import { SessionLeases } from './session-leases.ts';

export interface DispatcherOptions extends SchedulerOptions {
  /** How long a vanished node may take to come back to its leases. */
  resumeMs: number;
  calls: CallBook;
  shares: Shares;
}

type Verdict = Pick<Ack, 'verdict' | 'earned' | 'message'>;

const SWEEP_MS = 1000;
const ADOPT_EVERY_SWEEPS = 10;
const ADOPT_AGE_MS = 10_000;

/**
 * Brings paid jobs to nodes and their results back. A lease, a result or a lapse counts only when its row moved in the database,
 * so a crash at any moment loses nothing and pays nothing twice.
 */
export class Dispatcher implements HubHandlers {
  readonly #options: DispatcherOptions;
  readonly #scheduler: Scheduler;
  readonly #sessions: SessionLeases;
  readonly #away = new Map<NodeId, NodeJS.Timeout>();
  readonly #seen = new Set<NodeId>();
  #sweeper: NodeJS.Timeout | undefined;
  #sweeps = 0;
  #isStopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#scheduler = new Scheduler(options);
    this.#sessions = new SessionLeases({ ...options, scheduler: this.#scheduler });
  }

  /** Takes up what routers that are gone have left: queued jobs wait again, leased ones for their node, which has `resumeMs` to return. */
  async start(): Promise<void> {
    this.#adopt(await this.#options.store.adopt(this.#options.clock()));
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
  }

  enqueue(jobs: readonly QueuedJob[]): void {
    this.#scheduler.enqueue(jobs);
  }

  figures(): { nodes: number; queued: number; running: number; sessions: number } {
    const { pool, queued, leases } = this.#scheduler;
    const sessions = leases.all().filter(({ waiting }) => this.isReady(waiting.job.id));
    return { nodes: pool.size, queued, running: leases.size, sessions: sessions.length };
  }

  /** Whether a session takes calls. */
  isReady(jobId: string): boolean {
    const { readyAt = null, endedAt = null } = this.#scheduler.leases.ofJob(jobId)?.session ?? {};
    return readyAt !== null && endedAt === null;
  }

  /** Brings a call to the node of its session; false when that is not possible now. */
  sendCall(jobId: string, call: { callId: string; body: string }): boolean {
    return this.#sessions.send(jobId, call);
  }

  /** Ends a session that its agent is done with; see `SessionLeases`. */
  closeSession(jobId: string): Promise<boolean> {
    return this.#sessions.close(jobId);
  }

  runningOn(nodeId: NodeId): number {
    return this.#scheduler.leases.ofNode(nodeId).length;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#sweeper);
    for (const timer of this.#away.values()) clearTimeout(timer);
    await this.#scheduler.stop();
  }

  async onHello(hello: Hello, link: NodeLink): Promise<HelloDecision> {
    await this.#options.store.nodeOnline(hello);
    const held = new Set([...hello.leases, ...hello.results] as AttemptId[]);
    await this.#claim(link.nodeId, held);
    clearTimeout(this.#away.get(link.nodeId));
    this.#away.delete(link.nodeId);
    const running = { scrape: 0, execute: 0, session: 0 };
    const leases: AttemptId[] = [];
    for (const lease of this.#scheduler.leases.ofNode(link.nodeId)) {
      if (held.has(lease.attemptId)) {
        running[laneOf(lease.waiting.requirement)] += 1;
        leases.push(lease.attemptId);
      } else this.#lapse(lease, 'the node came back without it');
    }
    this.#scheduler.pool.add(link, running);
    // The welcome must leave before the first job does.
    setImmediate(() => this.#scheduler.pump());
    return { accepted: true, leases };
  }

  async onResult(link: NodeLink, result: ReceivedResult): Promise<Verdict> {
    const lease = this.#scheduler.leases.get(result.header.attempt_id);
    if (!lease || lease.nodeId !== link.nodeId || lease.isSettling) return this.#pastVerdict(link, result);
    const read = readResult(lease.waiting.job, result);
    if (read.kind === 'invalid') return this.#refuseResult(lease, read.fault);
    if (read.kind === 'failed') {
      const answer = { payload: result.payload, statement: result.statement };
      const failure = { code: toCode(read.code), message: read.message, answer };
      await this.#scheduler.end(lease, {
        state: 'failed',
        reason: read.message,
        failure,
        final: !read.retryable,
      });
      return { verdict: 'unpaid', earned: '0', message: 'The job could not be done; nobody is charged' };
    }
    const fault = read.session && (await this.#sessions.faultOf(lease, read.session));
    if (fault) return this.#refuseResult(lease, fault);
    // It may have ended meanwhile.
    if (this.#scheduler.leases.get(lease.attemptId) !== lease || lease.isSettling)
      return this.#pastVerdict(link, result);
    return this.#settle(lease, result, read);
  }

  onSessionReady(link: NodeLink, attemptId: AttemptId): Promise<void> {
    return this.#sessions.onReady(link, attemptId);
  }

  onCallResult(link: NodeLink, result: ReceivedCallResult): void {
    this.#sessions.onCallResult(link, result);
  }

  onOutput(link: NodeLink, output: ReceivedOutput): boolean {
    const lease = this.#scheduler.leases.get(output.attemptId);
    if (lease?.nodeId !== link.nodeId || lease.isSettling) return false;
    return this.#options.outputs.publish(lease.waiting.job.id, output);
  }

  onRefuse(link: NodeLink, refusal: Pick<Refuse, 'attempt_id' | 'reason' | 'message'>): void {
    const lease = this.#scheduler.leases.get(refusal.attempt_id);
    if (!lease || lease.nodeId !== link.nodeId) return;
    const state = refusal.reason === 'unknown_lease' ? 'lapsed' : 'refused';
    this.#scheduler.work.track(
      this.#scheduler.end(lease, { state, reason: `${refusal.reason}: ${refusal.message}` }),
    );
  }

  onHeartbeat(link: NodeLink): AttemptId[] {
    this.#seen.add(link.nodeId);
    return this.#scheduler.leases.ofNode(link.nodeId).map((lease) => lease.attemptId);
  }

  onDrain(link: NodeLink): void {
    this.#scheduler.pool.drain(link.nodeId);
    this.#scheduler.work.track(this.#options.store.nodeState(link.nodeId, 'draining'));
  }

  onClose(link: NodeLink): void {
    if (this.#scheduler.pool.get(link.nodeId)?.link !== link) return;
    this.#scheduler.pool.remove(link.nodeId);
    if (this.#isStopped) return;
    this.#scheduler.work.track(this.#options.store.nodeState(link.nodeId, 'offline'));
    if (this.#scheduler.leases.ofNode(link.nodeId).length > 0) this.#awaitReturn(link.nodeId);
  }

  async #refuseResult(lease: Lease, fault: string): Promise<Verdict> {
    const { logger } = this.#options;
    logger.warn({ node: lease.nodeId, job: lease.waiting.job.id, fault }, 'invalid result');
    await this.#scheduler.end(lease, { state: 'failed', reason: `invalid result: ${fault}` });
    return { verdict: 'invalid', earned: '0', message: fault };
  }

  async #settle(
    lease: Lease,
    result: ReceivedResult,
    { artifacts, copy }: CompletedResult,
  ): Promise<Verdict> {
    const { job } = lease.waiting;
    const charge = this.#sessions.chargeOf(lease);
    lease.isSettling = true;
    try {
      const isPaid = await this.#options.store.complete({
        jobId: job.id,
        attemptId: lease.attemptId,
        nodeId: lease.nodeId,
        ...charge,
        payload: result.payload,
        payloadSha256: result.header.body_sha256,
        statement: result.statement,
        artifacts,
        copy,
      });
      this.#scheduler.release(lease);
      if (isPaid) return { verdict: 'paid', earned: `${charge.nodeShare}`, message: '' };
    } finally {
      lease.isSettling = false;
    }
    return this.#pastVerdict({ nodeId: lease.nodeId }, result);
  }

  /** A result whose lease is over: late, unknown, or one that was paid and whose acknowledgement got lost. */
  async #pastVerdict(link: Pick<NodeLink, 'nodeId'>, result: ReceivedResult): Promise<Verdict> {
    const attemptId = result.header.attempt_id as AttemptId;
    const past = await this.#options.store.pastAttempt(attemptId, link.nodeId);
    if (!past) return { verdict: 'unknown', earned: '0', message: 'No such attempt of this node' };
    if (past.state === 'succeeded') return { verdict: 'paid', earned: `${past.nodeShare}`, message: '' };
    if (past.state === 'leased') throw new Error('The result cannot be judged yet; the node sends it again');
    return { verdict: 'late', earned: '0', message: `The lease was over: ${past.reason ?? past.state}` };
  }

  #lapse(lease: Lease, reason: string): void {
    this.#scheduler.work.track(this.#scheduler.end(lease, { state: 'lapsed', reason }));
  }

  /** What a node brings with it from another router, or from before this one began. */
  async #claim(nodeId: NodeId, held: ReadonlySet<AttemptId>): Promise<void> {
    const attemptIds = [...held].filter((attemptId) => !this.#scheduler.leases.get(attemptId));
    if (attemptIds.length > 0) this.#scheduler.adopt(await this.#options.store.claim({ nodeId, attemptIds }));
  }

  #awaitReturn(nodeId: NodeId): void {
    clearTimeout(this.#away.get(nodeId));
    const giveUp = (): void => {
      this.#away.delete(nodeId);
      for (const lease of this.#scheduler.leases.ofNode(nodeId)) this.#lapse(lease, 'the node vanished');
    };
    this.#away.set(nodeId, setTimeout(giveUp, this.#options.resumeMs));
  }

  #adopt(jobs: Parameters<Scheduler['adopt']>[0]): void {
    for (const nodeId of this.#scheduler.adopt(jobs)) {
      if (!this.#scheduler.pool.get(nodeId)) this.#awaitReturn(nodeId);
    }
  }

  #sweep(): void {
    this.#scheduler.failStale();
    this.#scheduler.sendOn();
    this.#sweeps += 1;
    if (this.#sweeps % ADOPT_EVERY_SWEEPS !== 0) return;
    const { store, clock } = this.#options;
    this.#scheduler.work.track(store.nodesSeen([...this.#seen]).then(() => this.#seen.clear()));
    this.#scheduler.work.track(store.adopt(clock() - ADOPT_AGE_MS).then((jobs) => this.#adopt(jobs)));
  }
}

function toCode(code: string): ErrorCode {
  return isErrorCode(code) ? code : 'NODE_FAILED';
}
