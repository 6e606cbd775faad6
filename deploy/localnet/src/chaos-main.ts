import { randomBytes } from 'node:crypto';
import { inspect, parseArgs } from 'node:util';
import { formatChaosReport } from './chaos/format-report.ts';
import { runMoneyChaos } from './chaos/run-money-chaos.ts';

const USAGE = `Usage: npm run chaos -- money [--seed TEXT] [--jobs N] [--concurrency N] [--routers N] [--json]

  money   buys jobs, batches, sessions and copies by every way to pay while routers, Postgres and nodes are killed at
          random and the chain lies, then compares the chain, the ledger and what the customers were told.
          With --jobs 100 and more some sessions are left to end by their time.
`;

/** Resolves to the exit code: 0 when no money went astray, 1 when some did, 2 for a wrong call. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: randomBytes(4).toString('hex') },
      jobs: { type: 'string', default: '300' },
      concurrency: { type: 'string', default: '12' },
      routers: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals.length !== 1 || positionals[0] !== 'money') {
    process.stderr.write(USAGE);
    return 2;
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => stopping.abort(new Error('stopped')));
  }
  const report = await runMoneyChaos({
    seed: values.seed,
    jobs: atLeastOne(values.jobs, 'jobs'),
    concurrency: atLeastOne(values.concurrency, 'concurrency'),
    routers: atLeastOne(values.routers, 'routers'),
    signal: stopping.signal,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : formatChaosReport(report));
  return report.faults.length === 0 ? 0 : 1;
}

function atLeastOne(text: string, name: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`--${name} must be a whole number from 1 on, not ${text}`);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${inspect(error)}\n`);
    process.exitCode = 1;
  },
);
