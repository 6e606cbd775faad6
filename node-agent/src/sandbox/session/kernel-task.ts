import type { SessionCallPayload, SessionRequest } from '@watt/shared';
import type { FailedExecution } from '../execute-task.ts';

/** One session, as the router's signed job asks for it. */
export interface KernelTask extends Omit<SessionRequest, 'session'> {
  job_id: string;
  minutes: number;
}

/** How a kernel ended. `lost`: its container was taken away by no doing of the program. */
export type KernelEnd =
  | {
      how: 'stopped' | 'exited' | 'hung' | 'out_of_memory';
      /** One sentence for people. */
      message: string;
      cpuMs: number | null;
      memoryMb: number;
    }
  | { how: 'lost'; message: string };

/** An interpreter that keeps its state between calls, in a container of its own. */
export interface Kernel {
  /** Runs a program. One at a time. Resolves with what it came to, also when the kernel ended with it. Never rejects. */
  call(call: { code: string; timeout: number }): Promise<SessionCallPayload>;
  /** False from the answer to its last call on. */
  readonly isAlive: boolean;
  /** Resolves when the kernel has ended and the call that it was in is answered. Never rejects. */
  readonly ended: Promise<KernelEnd>;
  /** Ends it, whatever it does. Resolves when its container is on its way out. */
  stop(): Promise<void>;
}

/** Starts a kernel. What is not there by the time that the signal aborts never will be. */
export type StartKernel = (task: KernelTask, signal: AbortSignal) => Promise<Kernel | FailedExecution>;
