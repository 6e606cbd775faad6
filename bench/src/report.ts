import { cpus, platform, release, totalmem } from 'node:os';

/** One figure. A ratio names the peer it was measured against in the same run, and its target where DESIGN sets one. */
export interface Metric {
  name: string;
  /** The median of `rounds`. */
  value: number;
  unit: string;
  peer: string | null;
  /** E.g. `>= 1.0`; null where nothing is promised. */
  target: string | null;
  /** Every round that was run, in order. */
  rounds: number[];
}

export interface Report {
  bench: string;
  machine: { cpu: string; cores: number; memoryGb: number; os: string; node: string };
  /** How it was measured, in sentences. */
  notes: string[];
  metrics: Metric[];
}

export function describeMachine(): Report['machine'] {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${platform()} ${release()}`,
    node: process.version,
  };
}

/** True, false, or null where there is no target. Targets are `>= x` or `<= x`. */
export function meetsTarget({ value, target }: Pick<Metric, 'value' | 'target'>): boolean | null {
  if (target === null) return null;
  const [relation, limit] = target.split(' ');
  return relation === '>=' ? value >= Number(limit) : value <= Number(limit);
}

/** The report as a table for people. */
export function formatReport(report: Report): string {
  const { machine } = report;
  const head = ['', 'median', 'rounds', 'target'];
  const rows = report.metrics.map((metric) => [
    metric.name,
    `${round(metric.value)} ${metric.unit}`,
    metric.rounds.map(round).join('  '),
    metric.target === null ? '' : `${metric.target} ${meetsTarget(metric) ? '✓' : '✗ missed'}`,
  ]);
  return [
    `${report.bench} — ${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, ${machine.os}, Node ${machine.node}`,
    '',
    ...alignColumns([head, ...rows]),
    '',
    ...report.notes,
    '',
  ].join('\n');
}

function alignColumns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}

function round(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
