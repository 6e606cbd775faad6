#!/usr/bin/env node
import { playNamedRole } from './roles.ts';

// One program for the measurement and for its parts, which are started as processes of their own.
async function main(args: string[]): Promise<void> {
  const [flag, role = ''] = args;
  if (flag === '--role' && (await playNamedRole(role))) return;
  const { runCli } = await import('./cli.ts');
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => stopping.abort(new Error('stopped')));
  }
  const output = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
  };
  process.exitCode = await runCli(args, output, stopping.signal);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
