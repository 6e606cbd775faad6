import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatChaosReport } from '../src/chaos/format-report.ts';
import type { MoneyChaosReport } from '../src/chaos/run-money-chaos.ts';

/** Far beyond what it takes, and beyond the patience of its customers: what hangs is told by the program itself. */
const LIMIT_MS = 900_000;
const PROGRAM = join(import.meta.dirname, '..', 'dist', 'chaos-main.js');

/** The program itself, as `npm run chaos` runs it. */
function runChaos(args: string[]): Promise<MoneyChaosReport> {
  return new Promise((resolve, reject) => {
    const options = { timeout: LIMIT_MS, maxBuffer: 1e7 };
    execFile(process.execPath, [PROGRAM, ...args, '--json'], options, (error, stdout, stderr) => {
      // It ends with 1 when it found a fault, and says which.
      if (stdout !== '') resolve(JSON.parse(stdout));
      else reject(new Error(stderr.slice(-4000), { cause: error }));
    });
  });
}

// Another seed each time: what it finds is worth more than a test that always does the same. The seed is printed with every fault.
it(
  'loses, doubles and forgets no money while everything is killed',
  async () => {
    const report = await runChaos(['money', '--jobs', '24']);
    expect(report.faults, formatChaosReport(report)).toEqual([]);
    expect(Object.keys(report.deeds).length).toBeGreaterThan(0);
    expect(report.figures['jobs captured']).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
