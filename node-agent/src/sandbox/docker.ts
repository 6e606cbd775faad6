import { createReadStream } from 'node:fs';
import type { Duplex } from 'node:stream';
import Docker from 'dockerode';
import {
  type ContainerEngine,
  EngineError,
  type EngineErrorKind,
  type EngineInfo,
} from './container-engine.ts';
import { withLimit } from './with-limit.ts';

/** Milliseconds for one call. Creating a container takes 20 ms on an idle machine; a loaded Pi takes seconds. */
const QUICK_LIMIT_MS = 10_000;
const START_LIMIT_MS = 30_000;
const IMPORT_LIMIT_MS = 300_000;
const BUILD_LIMIT_MS = 900_000;

export interface DockerOptions {
  /** Path of the daemon's socket. Without it, `DOCKER_HOST` or the usual place. */
  socketPath?: string;
}

/** The container engine, by Docker's API. The only file that knows dockerode. */
export function createDockerEngine(options: DockerOptions = {}): ContainerEngine {
  const docker = new Docker(
    options.socketPath === undefined ? undefined : { socketPath: options.socketPath },
  );

  return {
    info: () =>
      call('info', QUICK_LIMIT_MS, async () => {
        const [info, version] = await Promise.all([docker.info(), docker.version()]);
        return toEngineInfo(info, version.ApiVersion);
      }),
    ...imageCalls(docker),
    ...containerCalls(docker),
  };
}

type ImageCalls = Pick<
  ContainerEngine,
  'findImage' | 'listImages' | 'importImage' | 'buildImage' | 'removeImage'
>;

function imageCalls(docker: Docker): ImageCalls {
  return {
    findImage: (name) =>
      orIfAbsent(
        call('inspect image', QUICK_LIMIT_MS, async () => (await docker.getImage(name).inspect()).Id),
        null,
      ),

    listImages: (repository) =>
      call('list images', QUICK_LIMIT_MS, async () => {
        const images = await docker.listImages({ filters: { reference: [repository] } });
        return images.flatMap(({ RepoTags, Created }) =>
          (RepoTags ?? []).map((name) => ({ name, createdAtMs: Created * 1000 })),
        );
      }),

    importImage: (tarFile, { name, changes }) =>
      call('import image', IMPORT_LIMIT_MS, async (abortSignal) => {
        const { repo, tag } = splitName(name);
        const body = createReadStream(tarFile);
        try {
          await followBuild(
            docker,
            await docker.importImage(body, { repo, tag, changes: changes as never, abortSignal }),
          );
        } finally {
          body.destroy();
        }
      }),

    buildImage: (folder, { name, dockerfile, files, onLine }) =>
      call('build image', BUILD_LIMIT_MS, async (abortSignal) => {
        const stream = await docker.buildImage(
          { context: folder, src: files },
          { t: name, dockerfile, forcerm: true, abortSignal },
        );
        await followBuild(docker, stream, onLine);
      }),

    removeImage: (name) =>
      orIfAbsent(
        call('remove image', QUICK_LIMIT_MS, async () => {
          await docker.getImage(name).remove();
        }),
        undefined,
      ),
  };
}

type ContainerCalls = Omit<ContainerEngine, 'info' | keyof ImageCalls>;

function containerCalls(docker: Docker): ContainerCalls {
  return {
    create: (name, spec) =>
      call('create container', START_LIMIT_MS, async (abortSignal) => {
        return (await docker.createContainer({ ...spec, name, abortSignal })).id;
      }),

    attach: (id) =>
      call('attach container', QUICK_LIMIT_MS, async (signal) => {
        const stream = await docker
          .getContainer(id)
          .attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
        // Too late for the caller: nobody else would ever close it.
        if (signal.aborted) stream.end();
        return stream as Duplex;
      }),

    start: (id) =>
      call('start container', START_LIMIT_MS, async (abortSignal) => {
        await docker.getContainer(id).start({ abortSignal });
      }),

    limitMemory: (id, bytes) =>
      call('update container', QUICK_LIMIT_MS, async (abortSignal) => {
        await docker.getContainer(id).update({ Memory: bytes, MemorySwap: bytes, abortSignal });
      }),

    kill: (id) =>
      orIfAbsent(
        call('kill container', QUICK_LIMIT_MS, async (abortSignal) => {
          await docker.getContainer(id).kill({ signal: 'SIGKILL', abortSignal });
        }),
        undefined,
        'conflict',
      ),

    inspect: (id) =>
      orIfAbsent(
        call('inspect container', QUICK_LIMIT_MS, async (abortSignal) => {
          const { State } = await docker.getContainer(id).inspect({ abortSignal });
          return { running: State.Running, exitCode: State.ExitCode, oomKilled: State.OOMKilled };
        }),
        null,
      ),

    remove: (id) =>
      orIfAbsent(
        call('remove container', START_LIMIT_MS, async (abortSignal) => {
          await docker.getContainer(id).remove({ force: true, v: true, abortSignal });
        }),
        undefined,
        'conflict', // somebody else is already removing it
      ),

    list: (label) =>
      call('list containers', QUICK_LIMIT_MS, async (abortSignal) => {
        const found = await docker.listContainers({ all: true, filters: { label: [label] }, abortSignal });
        return found.map((one) => ({
          id: one.Id,
          running: one.State === 'running' || one.State === 'paused',
          created: one.State === 'created',
          labels: one.Labels,
          createdAtMs: one.Created * 1000,
        }));
      }),
  };
}

function toEngineInfo(info: Awaited<ReturnType<Docker['info']>>, apiVersion: string): EngineInfo {
  const security: string[] = info.SecurityOptions ?? [];
  return {
    version: info.ServerVersion,
    apiVersion,
    rootDir: info.DockerRootDir,
    platform: `${info.OSType}/${info.Architecture}`,
    kernel: info.KernelVersion,
    cpus: info.NCPU,
    memoryMb: Math.floor(info.MemTotal / 1024 / 1024),
    cgroupVersion: info.CgroupVersion ?? '1',
    runtimes: Object.keys(info.Runtimes ?? {}),
    defaultRuntime: info.DefaultRuntime ?? 'runc',
    enforces: {
      memory: info.MemoryLimit === true,
      swap: info.SwapLimit === true,
      pids: info.PidsLimit === true,
      cpu: info.CpuCfsQuota === true,
      seccomp: security.some((option) => option.split(',').includes('name=seccomp')),
    },
  };
}

async function call<T>(what: string, limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await withLimit(
      work,
      limitMs,
      () => new EngineError('timeout', `Docker: ${what} took over ${limitMs} ms`),
    );
  } catch (error) {
    throw error instanceof EngineError ? error : toEngineError(what, error);
  }
}

function toEngineError(what: string, cause: unknown): EngineError {
  const { statusCode, message } = cause as { statusCode?: number; message?: string };
  const kinds: Record<number, EngineErrorKind> = { 404: 'not_found', 409: 'conflict' };
  // No HTTP status: the call never got an answer.
  const kind = statusCode === undefined ? 'unreachable' : (kinds[statusCode] ?? 'refused');
  return new EngineError(kind, `Docker: ${what}: ${message ?? String(cause)}`, { cause });
}

async function orIfAbsent<T, D>(work: Promise<T>, absent: D, alsoFine?: EngineErrorKind): Promise<T | D> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EngineError && (error.kind === 'not_found' || error.kind === alsoFine))
      return absent;
    throw error;
  }
}

function splitName(name: string): { repo: string; tag: string } {
  const colon = name.lastIndexOf(':');
  return { repo: name.slice(0, colon), tag: name.slice(colon + 1) };
}

/** Builds and imports answer 200 at once, and tell of their failure in the stream that follows. */
function followBuild(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onLine?: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error: Error | null, events: Array<{ error?: string }>) => {
        const failed = error?.message ?? events.find((event) => event.error !== undefined)?.error;
        if (failed === undefined) resolve();
        else reject(new EngineError('refused', `Docker: ${failed}`, { cause: error }));
      },
      (event: { stream?: string; status?: string }) => {
        const line = (event.stream ?? event.status ?? '').trim();
        if (line !== '') onLine?.(line);
      },
    );
  });
}
