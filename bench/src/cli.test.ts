import { expect, test } from 'vitest';
import { runCli } from './cli.ts';

async function run(...args: string[]) {
  const said = { out: '', err: '' };
  const output = {
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
  };
  const code = await runCli(args, output, new AbortController().signal);
  return { code, ...said };
}

test.each([[[]], [['dispach']], [['toString']], [['dispatch', 'ledger']]])(
  '%j lists the names',
  async (args) => {
    const { code, out, err } = await run(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('  dispatch ');
    if (args.length > 0) expect(err).toContain(`There is no bench named ${args.join(' ')}.`);
  },
);

test.each([
  ['--rounds', '0'],
  ['--seconds', '1.5'],
  ['--concurrency', 'many'],
])('%s %s is refused before anything starts', async (flag, value) => {
  await expect(run('dispatch', flag, value)).rejects.toThrow(`${flag} must be a whole number`);
});
