import { spawn } from 'node:child_process';
import { close, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findPrivilege } from './privilege.ts';
import { runCommand } from './run-command.ts';
import { type SetupOptions, type Unavailable, unavailable } from './step-result.ts';

const SYSTEMCTL_LIMIT_MS = 90_000;

/** Pid files that dockerd believes without asking whether the process is still the one that wrote them. */
const PID_FILES = [
  { file: '/var/run/docker.pid', program: 'dockerd' },
  { file: '/var/run/docker/containerd/containerd.pid', program: 'containerd' },
];

/** What was begun, and where its words go. It is not yet known whether the daemon answers. */
export interface DockerdStart {
  state: 'begun';
  logFile: string | null;
}

/**
 * Starts the Docker daemon so that it outlives us: by systemd where that rules, else as a process of its own session, whose
 * output goes to `dockerd.log` in the cache folder.
 */
export async function startDockerd(
  dockerd: string,
  options: Pick<SetupOptions, 'cacheDir' | 'report'>,
): Promise<DockerdStart | Unavailable> {
  const hasSystemd = existsSync('/run/systemd/system');
  const byHand = hasSystemd
    ? 'sudo systemctl start docker'
    : `sudo sh -c 'setsid ${dockerd} >/var/log/dockerd.log 2>&1 &'`;
  const privilege = await findPrivilege();
  if (privilege === null) return unavailable('only root can start the Docker daemon', byHand);

  if (hasSystemd) {
    options.report('starting the Docker daemon with systemd');
    const started = await runCommand([...privilege, 'systemctl', 'start', 'docker'], {
      limitMs: SYSTEMCTL_LIMIT_MS,
    });
    if (started.ok) return { state: 'begun', logFile: null };
    return unavailable(`systemd could not start Docker: ${started.trouble}`, 'systemctl status docker');
  }

  for (const { file, program } of PID_FILES) {
    if (isStalePidFile(file, program)) {
      options.report(`removing ${file}: the process that wrote it is gone`);
      await runCommand([...privilege, 'rm', '-f', file], { limitMs: 5_000 });
    }
  }
  mkdirSync(options.cacheDir, { recursive: true });
  const logFile = join(options.cacheDir, 'dockerd.log');
  options.report(`starting the Docker daemon (log: ${logFile})`);
  const log = openSync(logFile, 'a');
  const [program = dockerd, ...args] = [...privilege, dockerd, '--log-level=warn'];
  const daemon = spawn(program, args, { detached: true, stdio: ['ignore', log, log] });
  daemon.on('error', (error) => options.report(`dockerd: ${error.message}`));
  daemon.unref();
  close(log);
  return { state: 'begun', logFile };
}

/** True if the file names a process that is not `program`: after a crash another process may have that number. */
export function isStalePidFile(file: string, program: string, procDir = '/proc'): boolean {
  let pid: string;
  try {
    pid = readFileSync(file, 'utf8').trim();
  } catch {
    return false; // no file, nothing stale
  }
  try {
    const [path = ''] = readFileSync(join(procDir, pid, 'cmdline'), 'utf8').split('\0');
    return basename(path) !== program;
  } catch {
    return true; // no such process
  }
}
