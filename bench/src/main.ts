#!/usr/bin/env node
import { playNamedRole } from './roles.ts';

// One program for the measurement and for its parts, which are started as processes of their own.
async function main(): Promise<void> {
  const [flag, role = ''] = process.argv.slice(2);
  if (flag === '--role' && (await playNamedRole(role))) return;
  const { runCli } = await import('./cli.ts');
  await runCli();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
