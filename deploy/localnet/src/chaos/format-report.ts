import type { MoneyChaosReport } from './run-money-chaos.ts';

/** The report for people: what was done, what came of it, and the seed that does it again. */
export function formatChaosReport(report: MoneyChaosReport): string {
  const { seed, seconds, deeds, purchases, figures, faults } = report;
  const lines = (title: string, rows: Record<string, string | number>): string[] => [
    title,
    ...Object.entries(rows).map(([name, value]) => `  ${name.padEnd(28)} ${value}`),
  ];
  const verdict =
    faults.length === 0
      ? '✓ Nothing was lost, doubled or left hanging.'
      : `✗ ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`;
  return [
    `money chaos, seed ${seed}, ${seconds} s`,
    ...lines('broken', deeds),
    ...lines('bought', purchases),
    ...lines('booked', figures),
    verdict,
    `Again: npm run chaos -- money --seed ${seed}`,
    '',
  ].join('\n');
}
