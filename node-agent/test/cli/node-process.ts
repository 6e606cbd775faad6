import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Where apt, Docker and Chromium are; nothing of whoever runs the tests. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface NodeProcess {
  child: ChildProcess;
  /** Everything that it wrote so far. */
  output(): string;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

/** Starts the compiled `watt-node` with an environment that has only what is given. */
export function startWattNode(args: readonly string[], env: Record<string, string> = {}): NodeProcess {
  if (!existsSync(MAIN)) throw new Error('node-agent is not compiled: run tsc -b first');
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: SYSTEM_PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += String(chunk);
    });
  }
  return {
    child,
    output: () => text,
    ended: new Promise((resolve) =>
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
    ),
  };
}
