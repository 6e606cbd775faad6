import type { Duplex } from 'node:stream';
import type { ContainerEngine } from './container-engine.ts';
import { type ContainerHandle, containerHandle } from './container-handle.ts';
import type { ContainerSpec } from './container-spec.ts';
import { encodeJobFrame, type SupervisorJob } from './job-frame.ts';
import { listenToStdio } from './listen-to-stdio.ts';
import { settleable } from './settleable.ts';
import { startContainer } from './start-container.ts';
import { createSupervisorReader, type JobEnd, type SupervisorFrame } from './supervisor-frames.ts';

/** Starts the program after its compilation; any byte does. */
const GO = 'g';

/** Gets every frame of a job but the last. */
export type FrameListener = (frame: Exclude<SupervisorFrame, { type: 'end' | 'ready' }>) => void;

/** A started container whose supervisor takes exactly one job. */
export interface JobContainer extends ContainerHandle {
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
  /** What the supervisor or the runtime said of trouble of their own. */
  diagnostics(): string;
}

export function openJobContainer(
  engine: ContainerEngine,
  name: string,
  spec: ContainerSpec,
): Promise<JobContainer> {
  return startContainer(engine, name, spec, (id, stdio) => wireContainer(engine, id, stdio));
}

function wireContainer(engine: ContainerEngine, id: string, stdio: Duplex): JobContainer {
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
  const { diagnostics } = listenToStdio(stdio, {
    onStdout: readFrames,
    onOver: () => {
      ended.resolve(null);
      ready.resolve(false);
      closed.resolve();
    },
  });

  return {
    ...containerHandle(engine, id, stdio),
    ...{ ready: ready.promise, closed: closed.promise, diagnostics },
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
  };
}
