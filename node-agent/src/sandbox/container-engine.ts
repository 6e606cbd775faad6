import type { Duplex } from 'node:stream';
import type { ContainerSpec } from './container-spec.ts';

export type EngineErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'image_missing'
  | 'not_found'
  | 'conflict'
  | 'refused';

/** Any failure of the container engine, already sorted by what can be done about it. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly kind: EngineErrorKind;

  constructor(kind: EngineErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface EngineInfo {
  version: string;
  /** Of the engine's API, as in `1.41`. */
  apiVersion: string;
  /** Folder of the host where the engine keeps its images and containers. */
  rootDir: string;
  /** Of the host, as in `linux/amd64`. */
  platform: string;
  kernel: string;
  cpus: number;
  memoryMb: number;
  cgroupVersion: string;
  runtimes: string[];
  defaultRuntime: string;
  enforces: { memory: boolean; swap: boolean; pids: boolean; cpu: boolean; seccomp: boolean };
}

export interface ContainerState {
  running: boolean;
  exitCode: number;
  oomKilled: boolean;
}

export interface ListedContainer {
  id: string;
  running: boolean;
  /** Made, but never started. */
  created: boolean;
  labels: Record<string, string>;
  createdAtMs: number;
}

/**
 * What the sandbox needs of a container engine. Every call has a limit, and fails with an `EngineError`.
 * `kill` and `remove` succeed when there is nothing left to kill or remove.
 */
export interface ContainerEngine {
  info(): Promise<EngineInfo>;
  /** Id of the image, or null. */
  findImage(name: string): Promise<string | null>;
  /** Images of this repository, by all their names. */
  listImages(repository: string): Promise<{ name: string; createdAtMs: number }[]>;
  /** Loads a root file system, packed with tar, as an image of this name. */
  importImage(tarFile: string, options: { name: string; changes: string[] }): Promise<void>;
  /** Builds a Dockerfile in a folder. `onLine` gets what the engine says. */
  buildImage(
    folder: string,
    options: { name: string; dockerfile: string; files: string[]; onLine: (line: string) => void },
  ): Promise<void>;
  /** Fails with `conflict` while a container is made of it. */
  removeImage(name: string): Promise<void>;
  create(name: string, spec: ContainerSpec): Promise<string>;
  /** Both directions of the container's stdio, output in the engine's frames. */
  attach(id: string): Promise<Duplex>;
  start(id: string): Promise<void>;
  /** Sets the memory that a running container may take, swap included. */
  limitMemory(id: string, bytes: number): Promise<void>;
  kill(id: string): Promise<void>;
  /** Null when there is no such container. */
  inspect(id: string): Promise<ContainerState | null>;
  remove(id: string): Promise<void>;
  list(label: string): Promise<ListedContainer[]>;
}
