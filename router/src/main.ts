#!/usr/bin/env node
import { startRouter } from './build-router.ts';
import { toConfig } from './config/config.ts';
import { readEnv } from './config/env.ts';
import { toSecrets } from './config/secrets.ts';
import { tolerateLostDatabase } from './db/tolerate-lost-database.ts';
import { runMoney } from './operator/operator.ts';

const env = readEnv();
const [area, ...rest] = process.argv.slice(2);

if (area === 'money') {
  process.exitCode = await runMoney(rest, env, {
    write: (text) => process.stdout.write(text),
    fault: (text) => process.stderr.write(text),
  });
} else {
  await serve();
}

async function serve(): Promise<void> {
  tolerateLostDatabase(process);
  try {
    const router = await startRouter(toConfig(env), await toSecrets(env));
    const stop = (): void => {
      router.stop().catch((error: unknown) => {
        process.stderr.write(`watt-router did not stop cleanly: ${String(error)}\n`);
        process.exitCode = 1;
      });
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  } catch (error) {
    const text =
      error instanceof Error
        ? `${error.message}${error.cause ? ` (${String(error.cause)})` : ''}`
        : String(error);
    process.stderr.write(`watt-router cannot start. ${text}\n`);
    process.exitCode = 1;
  }
}
