import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js');
const PORT_VARIABLES = [
  'ROUTER_PORT',
  'RPC_PORT',
  'RPC_WS_PORT',
  'FAUCET_PORT',
  'DEMO_SITE_PORT',
  'POSTGRES_PORT',
];

export interface LocalnetRun {
  child: ChildProcess;
  /** All that it has printed. */
  output(): string;
  /** Resolves when the text has been printed; rejects when the process ends or 150 s pass without it. */
  printed(text: string): Promise<void>;
  ended: Promise<number | null>;
}

/** Starts the built program, as `npm start` does after its set-up. */
export function runLocalnet(args: string[], env: Record<string, string>): LocalnetRun {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run tsc -b first`);
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const printed = async (text: string) => {
    const deadline = performance.now() + 150_000;
    while (!output.includes(text)) {
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`“${text}” was not printed:\n${output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { child, output: () => output, printed, ended };
}

/** Environment with a free port for every service. */
export async function freePorts(): Promise<Record<string, string>> {
  const servers = PORT_VARIABLES.map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a server without a port');
    return String(address.port);
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return Object.fromEntries(PORT_VARIABLES.map((name, i) => [name, ports[i] ?? '']));
}
