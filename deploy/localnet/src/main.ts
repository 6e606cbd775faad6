import { readProcessEnv } from './env.ts';
import { startLocalnet } from './start-localnet.ts';

// A program that was told to stop must not wait for what a half-done installation still runs.
process.exit(await startLocalnet(process.argv.slice(2), readProcessEnv()));
