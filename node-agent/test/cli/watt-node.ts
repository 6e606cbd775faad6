import { runCli } from '../../src/cli/run-cli.ts';
import { readNodeEnv } from '../../src/config/env.ts';

/** Runs a command to its end within this process, where nobody is there to answer questions. */
export async function wattNode(argv: readonly string[]): Promise<{ code: number; output: string }> {
  let output = '';
  const write = (text: string) => {
    output += text;
  };
  const code = await runCli({
    argv,
    env: readNodeEnv({}),
    terminal: { out: write, err: write, ask: null },
    listenForStop: () => {
      throw new Error('the command was to end before it works');
    },
  });
  return { code, output };
}
