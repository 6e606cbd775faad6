export { BENCHES, type Bench, type BenchOptions } from './benches.ts';
export type { Metric, Report } from './report.ts';
