import { parseArgs } from 'node:util';
import { BENCHES } from './benches.ts';
import { formatReport } from './report.ts';

const USAGE = `Usage: npm run bench -- NAME [--json] [--rounds N] [--seconds N] [--concurrency N]

${Object.entries(BENCHES)
  .map(([name, { title }]) => `  ${name.padEnd(10)} ${title}`)
  .join('\n')}
`;

export interface CliOutput {
  out(text: string): void;
  err(text: string): void;
}

/**
 * Runs the bench that is named on the command line and resolves to the exit code, 2 for a wrong call. Figures go to `out`, all else to
 * `err`; aborting the signal stops everything that was started.
 */
export async function runCli(args: string[], output: CliOutput, signal: AbortSignal): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [name = ''] = positionals;
  const bench = positionals.length === 1 && Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench) {
    output.err(name === '' ? USAGE : `There is no bench named ${positionals.join(' ')}.\n\n${USAGE}`);
    return 2;
  }
  const report = await bench.run({
    rounds: atLeastOne(values.rounds, 'rounds'),
    ms: atLeastOne(values.seconds, 'seconds') * 1_000,
    concurrency: atLeastOne(values.concurrency, 'concurrency'),
    ...(values.pages !== undefined && { pages: values.pages }),
    signal,
    log: (line) => output.err(`${line}\n`),
  });
  output.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : `\n${formatReport(report)}`);
  return 0;
}

function readArguments(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      pages: { type: 'string' },
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
