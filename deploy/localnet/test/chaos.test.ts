import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { formatChaosReport } from '../src/chaos/format-report.ts';
import { runMoneyChaos } from '../src/chaos/run-money-chaos.ts';

const LIMIT_MS = 300_000;

// Another seed each time: what it finds is worth more than a test that always does the same. The seed is printed with every fault.
it(
  'loses, doubles and forgets no money while everything is killed',
  async () => {
    const report = await runMoneyChaos({
      seed: randomBytes(4).toString('hex'),
      jobs: 36,
      concurrency: 12,
      signal: AbortSignal.timeout(LIMIT_MS),
      log: () => undefined,
    });
    expect(report.faults, formatChaosReport(report)).toEqual([]);
    expect(Object.keys(report.deeds).length).toBeGreaterThan(0);
    expect(report.figures['jobs captured']).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
