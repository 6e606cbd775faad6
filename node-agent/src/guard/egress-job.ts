import { randomBytes } from 'node:crypto';
import { Agent, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, Transform } from 'node:stream';
import { normaliseHost } from '@watt/shared';
import type { Target } from './check-target.ts';
import { DialError } from './dial-error.ts';
import type { Guard } from './guard.ts';
import { GuardRefusal, type RefusedRule } from './refusal.ts';
import type { Upstream } from './upstream/upstream.ts';

const MAX_FAILURES = 200;
const MAX_SOCKETS_PER_HOST = 6;

/** Why the proxy could not serve a request of the browser: what Chromium itself reports is the same for all of them. */
export interface EgressFailure {
  host: string;
  port: number;
  kind: 'refused' | 'dns' | 'connect' | 'timeout' | 'broken' | 'quota';
  refused?: RefusedRule;
  isLasting: boolean;
}

interface EgressJobOptions {
  guard: Guard;
  maxBytes: number;
  maxSockets: number;
  /** The operator's proxy that the whole job uses, if any. */
  upstream: Upstream | null;
}

/** One job's way out through the proxy: its password, its quota, its sockets. Closing it cuts everything that is still open. */
export class EgressJob {
  readonly username = randomBytes(12).toString('hex');
  readonly password = randomBytes(24).toString('hex');
  readonly failures: EgressFailure[] = [];
  /** Opens guarded sockets for plain HTTP, kept alive within this job only. */
  readonly agent: Agent;
  readonly #options: EgressJobOptions;
  readonly #sockets = new Set<Duplex>();
  readonly #end = new AbortController();
  readonly #noted = new Set<unknown>();
  #bytes = 0;

  /** Aborts when the job is closed, also for its quota. */
  readonly ended: AbortSignal = this.#end.signal;

  constructor(options: EgressJobOptions) {
    this.#options = options;
    this.agent = new GuardedHttpAgent((target) => this.connect(target));
  }

  /** Bytes that went through so far, both ways. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The value of Proxy-Authorization that opens this job. */
  get authorization(): string {
    return `Basic ${Buffer.from(`${this.username}:${this.password}`).toString('base64')}`;
  }

  /** Guard's connect, with the failure noted for the job's report. */
  async connect(target: Target): Promise<Socket> {
    if (this.ended.aborted || this.#sockets.size >= this.#options.maxSockets) {
      this.#note({ ...target, kind: 'quota', isLasting: true });
      throw new DialError('connect', 'The job may not open another connection.');
    }
    try {
      const socket = await this.#options.guard.connect(target, this.ended, {
        upstream: this.#options.upstream,
      });
      this.own(socket);
      return socket;
    } catch (error) {
      this.noteError(target, error);
      throw error;
    }
  }

  /** Notes why the target could not be served; whatever is neither refusal nor dial error broke the answer half-way. */
  noteError(target: Target, error: unknown): void {
    // What `connect` threw comes by here again, through the request that wanted the connection.
    if (this.#noted.has(error)) return;
    this.#noted.add(error);
    if (error instanceof GuardRefusal) {
      this.#note({ ...target, kind: 'refused', refused: error.refused, isLasting: true });
    } else if (error instanceof DialError) {
      this.#note({ ...target, kind: error.reason, isLasting: error.isLasting });
    } else {
      this.#note({ ...target, kind: 'broken', isLasting: false });
    }
  }

  /** The latest failure for a host and port, if the proxy failed there. */
  failureAt({ host, port }: Target): EgressFailure | undefined {
    return this.failures.findLast((failure) => failure.port === port && sameHost(failure.host, host));
  }

  get isOverQuota(): boolean {
    return this.#bytes > this.#options.maxBytes;
  }

  close(): void {
    this.#end.abort(new Error('the job ended'));
    this.agent.destroy();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** A pass-through that counts against the quota; the job is cut off where the quota ends. */
  meter(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#bytes += chunk.length;
        if (this.isOverQuota) this.close();
        done(null, chunk);
      },
    });
  }

  /** Makes the socket end with the job. */
  own(socket: Duplex): void {
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Its user hears of errors too; without a listener here one that comes between two users would end the process.
    socket.on('error', () => undefined);
    if (this.ended.aborted) socket.destroy();
  }

  #note(failure: EgressFailure): void {
    if (this.failures.length < MAX_FAILURES) this.failures.push(failure);
  }
}

class GuardedHttpAgent extends Agent {
  readonly #connect: (target: Target) => Promise<Socket>;

  constructor(connect: (target: Target) => Promise<Socket>) {
    super({ keepAlive: true, maxSockets: MAX_SOCKETS_PER_HOST });
    this.#connect = connect;
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#connect({ host: String(options.host), port: Number(options.port) }).then(
      (socket) => callback?.(null, socket),
      // Node's own type has no place for a failure, its code does.
      (error: Error) => (callback as ((error: Error) => void) | undefined)?.(error),
    );
  }
}

function sameHost(a: string, b: string): boolean {
  return normaliseHost(a) === normaliseHost(b);
}
