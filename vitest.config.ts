import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } };

/** Tests wait more than they compute: two cores are busy with three files at a time. */
const FILES_AT_A_TIME = 3;

/** Short texts that run long: where vitest has no times of an earlier run it begins with the longest text. */
const SLOW = ['story', 'chaos', 'prepare-machine', 'lost-daemon'].map((name) => `/${name}.test.ts`);

/** Begins with what takes longest, so that no worker is left alone with it at the end. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => SLOW.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

/** Far beyond what any test needs, however busy the machine: only a test that is stuck gets there. */
const LIMIT_MS = 300_000;

/** One worker runs many files, and loads what they share once: a worker for each file took longer than most files' tests. */
const shared = {
  isolate: false,
  setupFiles: './deploy/localnet/test/shared-worker.ts',
  maxWorkers: FILES_AT_A_TIME,
  testTimeout: LIMIT_MS,
  hookTimeout: LIMIT_MS,
  expect: { poll: { timeout: LIMIT_MS / 3 } },
};

export default defineConfig({
  test: {
    sequence: { sequencer: SlowFirst },
    // Said by a dependency that falls back to plain JavaScript, in every file that loads Solana's libraries.
    onConsoleLog: (log) => !log.includes('bigint: Failed to load bindings'),
    projects: [
      {
        ...source,
        test: {
          ...shared,
          name: 'unit',
          pool: 'threads',
          include: ['*.test.ts', '*/src/**/*.test.ts', 'deploy/localnet/src/**/*.test.ts'],
        },
      },
      {
        ...source,
        test: {
          ...shared,
          name: 'integration',
          pool: 'forks',
          globalSetup: './deploy/localnet/test/postgres-server.ts',
          include: ['*/test/**/*.test.ts', 'deploy/localnet/test/**/*.test.ts'],
        },
      },
    ],
  },
});
