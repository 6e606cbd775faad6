import type { ContainerEngine, EngineInfo } from './container-engine.ts';
import { EngineError } from './container-engine.ts';
import { chooseRuntime } from './container-runtime.ts';
import type { ExecuteOutcome, ExecuteTask } from './execute-task.ts';
import { LANGUAGE_NAMES, LANGUAGE_TABLE, type Language } from './languages.ts';
import type { SandboxLimits } from './sandbox-limits.ts';

/** Limits that a probe job has run into, and was held by. */
export interface ProvenLimits {
  memory: boolean;
  pids: boolean;
  time: boolean;
  network: boolean;
  disk: boolean;
  readOnlyRoot: boolean;
}

export interface SandboxProblem {
  what: string;
  fix: string;
}

export interface SandboxCapabilities {
  /** False if anything is wrong: a node must not offer execution then. */
  available: boolean;
  problems: SandboxProblem[];
  engine?: EngineInfo;
  image?: { name: string; id: string };
  runtime?: string;
  languages: Array<{ language: Language; version: string }>;
  proven: ProvenLimits;
  limits: SandboxLimits;
}

export interface ProbeOptions {
  engine: ContainerEngine;
  image: string;
  limits: SandboxLimits;
  runtime?: string;
  execute: (task: ExecuteTask, signal: AbortSignal) => Promise<ExecuteOutcome>;
}

const NOTHING: ProvenLimits = {
  memory: false,
  pids: false,
  time: false,
  network: false,
  disk: false,
  readOnlyRoot: false,
};
const PROBE_LIMIT_MS = 60_000;
const MEMORY_FIX =
  'enable the memory cgroup (on a Raspberry Pi: add "cgroup_enable=memory cgroup_memory=1" to /boot/firmware/cmdline.txt and restart)';

/** Each line is a limit's name and whether it held. 192.0.2.1 is reserved for documentation and answers nowhere. */
const LIMITS_PROGRAM = `
import errno, os, socket, time
def held(name, codes, act):
    try:
        act()
        print(name, 'no')
    except OSError as e:
        print(name, 'yes' if e.errno in codes else f'errno {e.errno}')
def forks():
    for _ in range(1000):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
def fill():
    for i in range(64):
        with open(f'/tmp/fill{i}', 'wb') as f:
            f.write(bytes(16 << 20))
held('network', {errno.ENETUNREACH}, lambda: socket.create_connection(('192.0.2.1', 80), 2))
held('disk', {errno.ENOSPC, errno.EFBIG}, fill)
held('readOnlyRoot', {errno.EROFS, errno.EACCES}, lambda: open('/usr/probe', 'w'))
held('pids', {errno.EAGAIN}, forks)
`;
const VERSIONS_PROGRAM = LANGUAGE_NAMES.map(
  (name) =>
    `printf '%s\\t%s\\n' ${name} "$(${LANGUAGE_TABLE[name].versionCommand.join(' ')} 2>&1 | head -n 1)"`,
).join('\n');

/** Asks the engine what it enforces, then runs jobs that would misbehave if it did not. */
export async function probeSandbox(options: ProbeOptions): Promise<SandboxCapabilities> {
  const { engine, image, limits } = options;
  const found: SandboxCapabilities = {
    available: false,
    problems: [],
    languages: [],
    proven: NOTHING,
    limits,
  };
  try {
    found.engine = await engine.info();
    const id = await engine.findImage(image);
    if (id !== null) found.image = { name: image, id };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    found.problems.push({ what: error.message, fix: 'start Docker, and let this user reach its socket' });
    return found;
  }
  found.runtime = options.runtime ?? chooseRuntime(found.engine.runtimes, found.engine.defaultRuntime);
  if (found.image === undefined) {
    found.problems.push({ what: `the image ${image} is missing`, fix: 'build it: run the set-up again' });
    return found;
  }
  found.problems.push(...engineProblems(found.engine));

  const job = (name: string, language: Language, code: string, timeout: number, memory_mb: number) =>
    options.execute(
      { job_id: `probe-${name}`, language, code, timeout, memory_mb },
      AbortSignal.timeout(PROBE_LIMIT_MS),
    );
  const [versions, memory, time, others] = await Promise.all([
    job('versions', 'bash', VERSIONS_PROGRAM, 10, 128),
    job('memory', 'python', 'bytearray(256 << 20)', 20, 64),
    job('time', 'bash', 'while :; do :; done', 0.3, 32),
    job('limits', 'python', LIMITS_PROGRAM, 20, 256),
  ]);
  found.languages = parseVersions(stdoutOf(versions));
  found.proven = {
    memory: memory.kind === 'completed' && memory.metadata.oom === true,
    time:
      time.kind === 'completed' && time.code === 'EXECUTION_TIMEOUT' && time.metadata.execution_ms < 2_000,
    ...parseHeld(stdoutOf(others)),
  };
  for (const outcome of [versions, memory, time, others]) {
    if (outcome.kind === 'failed')
      found.problems.push({ what: outcome.message, fix: 'see the log of the Docker daemon' });
  }
  found.problems.push(...limitProblems(found.proven));
  if (found.languages.length === 0)
    found.problems.push({ what: 'no language runs', fix: 'build the image again' });
  found.available = found.problems.length === 0;
  return found;
}

function engineProblems({ enforces }: EngineInfo): SandboxProblem[] {
  const problems: SandboxProblem[] = [];
  if (!enforces.memory) problems.push({ what: 'Docker cannot limit memory here', fix: MEMORY_FIX });
  if (!enforces.pids)
    problems.push({ what: 'Docker cannot limit processes here', fix: 'enable the pids cgroup' });
  if (!enforces.cpu)
    problems.push({ what: 'Docker cannot limit CPU here', fix: 'enable CFS bandwidth control (cpu cgroup)' });
  if (!enforces.seccomp)
    problems.push({ what: 'Docker has no seccomp here', fix: 'use a kernel and a Docker with seccomp' });
  return problems;
}

function limitProblems(proven: ProvenLimits): SandboxProblem[] {
  const fixes: Record<keyof ProvenLimits, string> = {
    memory: MEMORY_FIX,
    pids: 'enable the pids cgroup',
    time: 'see the log of the Docker daemon',
    network: 'look for a runtime or plug-in that gives containers a network despite "none"',
    disk: 'use a kernel with tmpfs size limits',
    readOnlyRoot: 'use a runtime that honours a read-only root',
  };
  return (Object.keys(fixes) as Array<keyof ProvenLimits>)
    .filter((name) => !proven[name])
    .map((name) => ({ what: `a probe job was not held by its ${name} limit`, fix: fixes[name] }));
}

function stdoutOf(outcome: ExecuteOutcome): string {
  return outcome.kind === 'completed' ? outcome.output.stdout : '';
}

function parseVersions(text: string): SandboxCapabilities['languages'] {
  return text.split('\n').flatMap((line) => {
    const [name, said = ''] = line.split('\t');
    const language = LANGUAGE_NAMES.find((one) => one === name);
    const version = /\d+\.\d+(\.\d+)?/.exec(said)?.[0];
    return language !== undefined && version !== undefined ? [{ language, version }] : [];
  });
}

function parseHeld(text: string): Omit<ProvenLimits, 'memory' | 'time'> {
  const held = new Set(
    text.split('\n').flatMap((line) => (line.endsWith(' yes') ? [line.slice(0, -4)] : [])),
  );
  return {
    network: held.has('network'),
    disk: held.has('disk'),
    readOnlyRoot: held.has('readOnlyRoot'),
    pids: held.has('pids'),
  };
}
