import { defineConfig } from 'vitest/config';

const source = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } };

export default defineConfig({
  test: {
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
