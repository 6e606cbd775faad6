import { defineConfig } from 'vitest/config';

const source = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } };

export default defineConfig({
  test: {
    // Said by a dependency that falls back to plain JavaScript, in every file that loads Solana's libraries.
    onConsoleLog: (log) => !log.includes('bigint: Failed to load bindings'),
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['*.test.ts', '*/src/**/*.test.ts', 'deploy/localnet/src/**/*.test.ts'],
        },
      },
      {
        ...source,
        test: {
          name: 'integration',
          globalSetup: './deploy/localnet/test/postgres-server.ts',
          include: ['*/test/**/*.test.ts', 'deploy/localnet/test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
