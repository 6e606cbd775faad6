import { parseArgs } from 'node:util';
import { BENCHES } from './benches.ts';
import { formatReport } from './report.ts';

const USAGE = `Usage: npm run bench -- NAME [--json] [--rounds N] [--seconds N] [--concurrency N]

${Object.entries(BENCHES)
  .map(([name, { title }]) => `  ${name.padEnd(10)} ${title}`)
  .join('\n')}
`;

/** Runs the bench that is named on the command line. Figures go to stdout, all else to stderr; the exit code is 2 for a wrong call. */
export async function runCli(): Promise<void> {
  const { values, positionals } = readArguments();
  const bench =
    positionals.length === 1 && Object.hasOwn(BENCHES, positionals[0] ?? '') && BENCHES[positionals[0] ?? ''];
  if (!bench) {
    const named = positionals[0] === undefined ? '' : `There is no bench named ${positionals[0]}.\n`;
    process.stderr.write(named + USAGE);
    process.exitCode = 2;
    return;
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => stopping.abort(new Error('stopped')));
  }
  const report = await bench.run({
    rounds: atLeastOne(values.rounds, 'rounds'),
    ms: atLeastOne(values.seconds, 'seconds') * 1_000,
    concurrency: atLeastOne(values.concurrency, 'concurrency'),
    signal: stopping.signal,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `\n${formatReport(report)}`);
}

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      concurrency: { type: 'string', default: '64' },
    },
  });
}

function atLeastOne(text: string, name: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`--${name} must be a whole number from 1 on, not ${text}`);
}
