import { formatWatt, type Refuse, type SigningKey } from '@watt/shared';
import { CliError } from './cli/cli-error.ts';
import type { Home } from './config/home.ts';
import { type HomeLock, takeHomeLock } from './config/home-lock.ts';
import type { NodeConfig } from './config/node-config.ts';
import type { NodeLogger } from './connection/node-logger.ts';
import type { Introduction } from './connection/open-session.ts';
import { OutputRelays } from './connection/output-relays.ts';
import { parseRouterAddress } from './connection/router-address.ts';
import type { RouterFacts } from './connection/router-facts.ts';
import type { RouterSession, SessionHandlers } from './connection/router-session.ts';
import { stayConnected } from './connection/stay-connected.ts';
import { type FinishedAttempt, JobRunner } from './jobs/job-runner.ts';
import { DEFAULT_JOURNAL_LIMITS, Journal, type JournalLimits } from './jobs/journal.ts';
import { journalEntry } from './jobs/journal-entry.ts';
import { DEFAULT_OUTBOX_LIMITS, Outbox, type OutboxLimits } from './jobs/outbox.ts';
import { SessionDesk } from './jobs/session-desk.ts';
import type { Workers } from './jobs/workers.ts';
import { DEFAULT_NODE_TIMINGS, type NodeTimings } from './node-timings.ts';
import { settlesWithin } from './settles-within.ts';
import { firstStatus } from './status/first-status.ts';
import type { NodeStatus } from './status/node-status.ts';
import { readStatus } from './status/status-file.ts';
import { StatusKeeper } from './status/status-keeper.ts';

export interface RunNodeOptions {
  home: Home;
  config: NodeConfig;
  key: SigningKey;
  /** Called once this process has the home; what it gives is closed when the node stops. */
  prepareWorkers: () => Promise<Workers>;
  /** Version of this program. */
  software: string;
  logger: NodeLogger;
  /** Told what each welcome says of addresses and domains; the workers' guard reads it. */
  routerFacts?: RouterFacts;
  timings?: Partial<NodeTimings>;
  journalLimits?: Partial<JournalLimits>;
  outboxLimits?: Partial<OutboxLimits>;
  /** Unix milliseconds. */
  clock?: () => number;
  random?: () => number;
}

export interface RunningNode {
  status(): NodeStatus;
  /** Takes nothing new, finishes what runs within the limit, keeps what is unacknowledged on disk, says bye and stops. */
  drain(): Promise<void>;
  /** Stops at once. What ran is given back to the router if it can be reached. */
  stop(): Promise<void>;
}

/** Runs a node until it is drained or stopped. Throws a CliError when another process has its home. */
export async function runNode(options: RunNodeOptions): Promise<RunningNode> {
  const lock = await takeHomeLock(options.home);
  if ('heldBy' in lock) {
    throw new CliError(`Another watt-node runs on ${options.home.dir} (process ${lock.heldBy.pid})`, {
      fix: 'Stop it first, or use another --home with its own key.',
    });
  }
  try {
    const { home, config, logger, clock = Date.now } = options;
    const limits = { ...DEFAULT_JOURNAL_LIMITS, ...options.journalLimits };
    const journal = await Journal.open({
      dir: home.journal,
      router: config.router.key,
      limits,
      clock,
      logger,
    });
    const previous = await readStatus(home.status);
    const workers = await options.prepareWorkers();
    return new NodeDaemon({ ...options, workers, lock, journal, previous });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface DaemonOptions extends RunNodeOptions {
  workers: Workers;
  lock: HomeLock;
  journal: Journal;
  previous: NodeStatus | null;
}

class NodeDaemon implements RunningNode {
  readonly #options: DaemonOptions;
  readonly #timings: NodeTimings;
  readonly #outbox: Outbox;
  readonly #output = new OutputRelays();
  readonly #sessions: SessionDesk;
  readonly #runner: JobRunner;
  readonly #keeper: StatusKeeper;
  readonly #stopping = new AbortController();
  readonly #connected: Promise<void>;
  #session: RouterSession | null = null;
  #end: Promise<void> | null = null;

  constructor(options: DaemonOptions) {
    const { config, key, workers, software, logger, home, journal, previous, clock = Date.now } = options;
    this.#options = options;
    this.#timings = { ...DEFAULT_NODE_TIMINGS, ...options.timings };
    const first = {
      config,
      nodeId: key.publicKey,
      software,
      workers,
      pid: process.pid,
      now: clock(),
      previous,
    };
    this.#keeper = new StatusKeeper(firstStatus(first), {
      path: home.status,
      clock,
      logger,
      work: () => ({ running: this.#runner.jobs, unacknowledged: this.#outbox.attempts.length }),
    });
    this.#outbox = new Outbox({
      journal,
      node: key.publicKey,
      limits: { ...DEFAULT_OUTBOX_LIMITS, ...options.outboxLimits },
      logger,
      onSettled: ({ ack }) => {
        this.#keeper.acknowledged(ack);
        logger.info(
          { attempt: ack.attempt_id, verdict: ack.verdict },
          `result ${ack.verdict}, +${formatWatt(BigInt(ack.earned))} WATT`,
        );
      },
    });
    this.#sessions = new SessionDesk({ node: key.publicKey, clock, logger });
    this.#runner = new JobRunner({
      workers,
      marginMs: this.#timings.marginMs,
      clock,
      logger,
      canKeepResult: () => !journal.isFull,
      output: this.#output,
      sessions: this.#sessions,
      onFinished: (attempt) => this.#onFinished(attempt),
      onRefuse: (attemptId, reason, message) => this.#refuse(attemptId, reason, message),
      onChange: () => this.#keeper.changed(),
    });
    this.#connected = this.#connect();
  }

  status(): NodeStatus {
    return this.#keeper.status;
  }

  drain(): Promise<void> {
    this.#end ??= this.#drain();
    return this.#end;
  }

  stop(): Promise<void> {
    const drained = this.#end;
    this.#end = this.#stop().then(() => drained ?? undefined);
    return this.#end;
  }

  #connect(): Promise<void> {
    const { config, key, logger, clock = Date.now, random = Math.random } = this.#options;
    const { ws } = parseRouterAddress(config.router.url, { insecure: config.router.insecure ?? false });
    const { handshakeMs, backOffMinMs, backOffMaxMs, stableMs } = this.#timings;
    return stayConnected(
      {
        ...{ key, clock, random, logger, handshakeMs, backOffMinMs, backOffMaxMs, stableMs },
        routerKey: config.router.key,
        url: ws,
        address: config.router.address ?? ws,
        introduce: () => this.#introduction(),
        handlers: this.#handlers(),
        onEnd: ({ code, message }, retryMs) => {
          this.#session = null;
          this.#output.detach();
          this.#sessions.detach();
          this.#outbox.detach();
          this.#keeper.failed(code, message, retryMs);
          if (this.#end === null) this.#keeper.enter('connecting');
        },
      },
      this.#stopping.signal,
    );
  }

  #introduction(): Introduction {
    const { config, workers, software } = this.#options;
    const { wallet } = config;
    return {
      name: config.name,
      class: config.class,
      version: software,
      wallet: wallet?.signature ? { address: wallet.address, signature: wallet.signature } : null,
      capabilities: workers.capabilities,
      leases: this.#runner.attempts,
      results: this.#outbox.attempts,
    };
  }

  #handlers(): SessionHandlers {
    return {
      onWelcome: (session, welcome) => {
        this.#options.routerFacts?.hear(welcome, session.routerAddress);
        this.#onSession(session);
      },
      onJob: (session, job, request) => {
        if (this.#outbox.attempts.includes(job.attempt_id)) this.#outbox.resend(job.attempt_id);
        else this.#runner.accept(job, request, session.clockOffsetMs);
      },
      onAck: (_, ack) => {
        this.#outbox.onAck(ack).catch((error: unknown) => {
          this.#options.logger.error({ err: error }, 'an acknowledged result could not be removed');
        });
      },
      onLeases: (session, leases) => this.#reconcile(session, leases),
      onOutputAck: (_, ack) => this.#output.onAck(ack),
      onCall: (_, call, body) => this.#sessions.onCall(call, body),
      onCloseSession: (_, close) => this.#sessions.onClose(close),
      onCancel: (_, attemptId, reason) => this.#runner.cancel(attemptId, reason),
      heartbeatLeases: () => [...this.#runner.attempts, ...this.#outbox.attempts].slice(0, 1024),
    };
  }

  #onSession(session: RouterSession): void {
    const { logger, config } = this.#options;
    this.#session = session;
    logger.info({ router: config.router.url }, 'connected');
    if (this.#end === null) this.#keeper.enter('connected');
    else session.send({ type: 'drain' });
    this.#output.attach(session);
    this.#sessions.attach(session);
    this.#outbox.attach(session);
  }

  /** The router's list rules: what is not on it stops here, what only the router knows of is given back. */
  #reconcile(session: RouterSession, leases: readonly string[]): void {
    const listed = new Set(leases);
    for (const attemptId of this.#runner.attempts) {
      if (!listed.has(attemptId)) this.#runner.cancel(attemptId, 'the router does not know this lease');
    }
    const results = new Set(this.#outbox.attempts);
    for (const attemptId of leases) {
      if (this.#runner.has(attemptId) || results.has(attemptId)) continue;
      const message = 'this node does not have the attempt';
      session.send({ type: 'refuse', attempt_id: attemptId, reason: 'unknown_lease', message });
    }
  }

  async #onFinished(attempt: FinishedAttempt): Promise<void> {
    const { job, result, startedAt, finishedAt } = attempt;
    const { key, config, logger } = this.#options;
    this.#keeper.finished(result.outcome);
    const ms = finishedAt - startedAt;
    logger.info({ job: job.job_id, service: job.service, ms }, `job ${result.outcome}`);
    await this.#outbox.add(journalEntry(attempt, { key, router: config.router.key }), result.artifacts);
  }

  #refuse(attemptId: string, reason: Refuse['reason'], message: string): void {
    this.#keeper.refused();
    this.#session?.send({ type: 'refuse', attempt_id: attemptId, reason, message });
  }

  async #drain(): Promise<void> {
    const { drainMs, ackMs } = this.#timings;
    const { signal } = this.#stopping;
    this.#runner.drain();
    this.#keeper.enter('draining');
    this.#session?.send({ type: 'drain' });
    this.#options.logger.info({ running: this.#runner.jobs.length }, 'draining: finishing what runs');
    const isIdle = await settlesWithin(this.#runner.idle(), { ms: drainMs, signal });
    if (!isIdle) this.#runner.handBack();
    if (this.#session) await settlesWithin(this.#outbox.empty(), { ms: ackMs, signal });
    await this.#stop();
  }

  async #stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#runner.drain();
    this.#runner.handBack();
    this.#session?.end('bye', 'the node is stopping');
    this.#stopping.abort();
    await this.#connected;
    this.#outbox.detach();
    await this.#options.workers.close();
    await this.#runner.idle();
    this.#keeper.enter('stopped');
    await this.#keeper.close();
    await this.#options.lock.release();
    this.#options.logger.info({ unacknowledged: this.#outbox.attempts.length }, 'stopped');
  }
}
