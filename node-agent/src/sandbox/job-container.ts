import type { Duplex } from 'node:stream';
import type { ContainerEngine } from './container-engine.ts';
import type { ContainerSpec } from './container-spec.ts';
import { encodeJobFrame, type SupervisorJob } from './job-frame.ts';
import { createStdioDemux } from './stdio-demux.ts';
import { createSupervisorReader, type JobEnd, type SupervisorFrame } from './supervisor-frames.ts';

const MAX_DIAGNOSTIC_BYTES = 2000;
/** Starts the program after its compilation; any byte does. */
const GO = 'g';

/** Gets every frame of a job but the last. */
export type FrameListener = (frame: Exclude<SupervisorFrame, { type: 'end' | 'ready' }>) => void;

/** A started container whose supervisor takes exactly one job. */
export interface JobContainer {
  readonly id: string;
  /** Resolves once the supervisor takes a job, to false when the stdio closed before that. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Resolves when the container's stdio has closed, for whatever reason. Never rejects. */
  readonly closed: Promise<void>;
  /**
   * Hands the job over. Resolves with the supervisor's account of it, or with null when the container's stdio closed
   * without one. Never rejects. May be called once.
   */
  run(job: SupervisorJob, onFrame: FrameListener): Promise<JobEnd | null>;
  /** Lets the program of a job start whose compilation has ended. */
  proceed(): void;
  /** Ends its stdin, at which the supervisor ends the job: sooner than the engine gets to a kill. */
  letGo(): void;
  kill(): Promise<void>;
  /** Ends whatever runs in it and removes it. */
  discard(): Promise<void>;
  /** What the supervisor or the runtime said of trouble of their own. */
  diagnostics(): string;
}

/** Creates, attaches, then starts: attached later, the first output could be lost. */
export async function openJobContainer(
  engine: ContainerEngine,
  name: string,
  spec: ContainerSpec,
): Promise<JobContainer> {
  try {
    const id = await engine.create(name, spec);
    const stdio = await engine.attach(id);
    const container = wireContainer(engine, id, stdio);
    try {
      await engine.start(id);
    } catch (error) {
      stdio.destroy();
      throw error;
    }
    return container;
  } catch (error) {
    // By name: a create that ran into its limit may yet have made the container.
    await engine.remove(name).catch(() => {}); // the sweep finds what this could not
    throw error;
  }
}

function wireContainer(engine: ContainerEngine, id: string, stdio: Duplex): JobContainer {
  let diagnostics = '';
  let nonce: string | undefined;
  let onFrame: FrameListener = () => {};
  const ended = settleable<JobEnd | null>();
  const ready = settleable<boolean>();
  const closed = settleable<void>();

  const readFrames = createSupervisorReader((frame: SupervisorFrame) => {
    if (frame.type === 'ready') ready.resolve(true);
    else if (frame.type !== 'end') onFrame(frame);
    else if (nonce !== undefined && frame.nonce === nonce) ended.resolve(frame.end);
  });
  const demux = createStdioDemux((stream, bytes) => {
    if (stream === 'stdout') readFrames(bytes);
    else diagnostics = (diagnostics + bytes.toString('utf8')).slice(0, MAX_DIAGNOSTIC_BYTES);
  });
  stdio.on('data', (chunk: Buffer) => {
    try {
      demux(chunk);
    } catch (error) {
      diagnostics ||= String(error);
      stdio.destroy();
    }
  });
  stdio.on('error', (error) => {
    diagnostics ||= String(error);
  });
  for (const event of ['end', 'close', 'error']) {
    stdio.once(event, () => {
      ended.resolve(null);
      ready.resolve(false);
      closed.resolve();
    });
  }

  return {
    id,
    ready: ready.promise,
    closed: closed.promise,
    run(job, listener) {
      if (nonce !== undefined) throw new Error('a container runs one job');
      nonce = job.nonce;
      onFrame = listener;
      // stdin stays open behind the job: its end tells the supervisor that nobody waits any more.
      stdio.write(encodeJobFrame(job));
      return ended.promise;
    },
    proceed() {
      stdio.write(GO);
    },
    letGo() {
      stdio.end();
    },
    kill: () => engine.kill(id),
    async discard() {
      stdio.destroy();
      await engine.remove(id);
    },
    diagnostics: () => diagnostics.trim(),
  };
}

function settleable<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
