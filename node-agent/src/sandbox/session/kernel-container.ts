import type { Duplex } from 'node:stream';
import type { ContainerEngine } from '../container-engine.ts';
import { type ContainerHandle, containerHandle } from '../container-handle.ts';
import { listenToStdio } from '../listen-to-stdio.ts';
import { settleable } from '../settleable.ts';
import type { JobEnd } from '../supervisor-frames.ts';
import {
  type CallEnd,
  createKernelReader,
  encodeCall,
  encodeSettings,
  type KernelFrame,
} from './kernel-frames.ts';

/** Gets what a kernel writes: during a call, and between two. */
export type KernelListener = (frame: Extract<KernelFrame, { type: 'output' | 'value' }>) => void;

/** A started container whose supervisor hands calls to a kernel. */
export interface KernelContainer extends ContainerHandle {
  /** Resolves once the kernel takes calls, to false when the stdio closed before that. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Resolves with the supervisor's account of the session, or null when the stdio closed without one. Never rejects. */
  readonly ended: Promise<JobEnd | null>;
  /** Runs a program. One at a time. Resolves with null when the session ended first. Never rejects. */
  call(call: { nonce: string; timeoutMs: number; code: string }): Promise<CallEnd | null>;
  /** What the supervisor or the runtime said of trouble of their own. */
  diagnostics(): string;
}

export interface KernelWiring {
  /** 32 hexadecimal digits; the supervisor's last frame carries it. */
  nonce: string;
  outputBytes: number;
  onFrame: KernelListener;
}

export function wireKernel(
  engine: ContainerEngine,
  id: string,
  stdio: Duplex,
  { nonce, outputBytes, onFrame }: KernelWiring,
): KernelContainer {
  const ready = settleable<boolean>();
  const ended = settleable<JobEnd | null>();
  let current: { nonce: string; resolve: (end: CallEnd | null) => void } | null = null;

  function endCall(end: CallEnd | null): void {
    current?.resolve(end);
    current = null;
  }

  const onStdout = createKernelReader((frame) => {
    if (frame.type === 'ready') ready.resolve(true);
    else if (frame.type === 'call_end') {
      if (frame.nonce === current?.nonce) endCall(frame.end);
    } else if (frame.type !== 'end') onFrame(frame);
    else if (frame.nonce === nonce) {
      ended.resolve(frame.end);
      endCall(null);
    }
  });
  const { diagnostics } = listenToStdio(stdio, {
    onStdout,
    onOver: () => {
      ready.resolve(false);
      ended.resolve(null);
      endCall(null);
    },
  });
  // stdin stays open: its end tells the supervisor that nobody waits any more.
  stdio.write(encodeSettings({ nonce, outputBytes }));

  return {
    ...containerHandle(engine, id, stdio),
    ...{ ready: ready.promise, ended: ended.promise, diagnostics },
    call(call) {
      if (current !== null) throw new Error('a kernel runs one call at a time');
      const over = settleable<CallEnd | null>();
      current = { nonce: call.nonce, resolve: over.resolve };
      // A session that has ended answers nothing.
      void ended.promise.then(() => over.resolve(null));
      stdio.write(encodeCall(call));
      return over.promise;
    },
  };
}
