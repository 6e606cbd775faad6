#!/usr/bin/env node
import { startRouter } from './build-router.ts';
import { toConfig } from './config/config.ts';
import { readEnv } from './config/env.ts';
import { toSecrets } from './config/secrets.ts';

const env = readEnv();

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
