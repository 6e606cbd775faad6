import type { NodeEnv } from '../config/env.ts';
import { softwareVersion } from '../software-version.ts';
import { CliError } from './cli-error.ts';
import { HELP_TEXT } from './help-text.ts';
import { initCommand } from './init-command.ts';
import type { ListenForStop } from './listen-for-stop.ts';
import { type Command, parseCommand } from './parse-command.ts';
import { statusCommand } from './status-command.ts';
import type { Terminal } from './terminal.ts';

export interface Cli {
  argv: readonly string[];
  env: NodeEnv;
  terminal: Terminal;
  listenForStop: ListenForStop;
}

/** Runs one command and returns the exit code. A fault that the person can mend is told in two lines, never as a stack. */
export async function runCli({ argv, env, terminal, listenForStop }: Cli): Promise<number> {
  try {
    const command = parseCommand(argv);
    return await dispatch(command, env, terminal, listenForStop);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    terminal.err(`watt-node: ${error.message}\n${error.fix ? `${error.fix}\n` : ''}`);
    return error.exitCode;
  }
}

async function dispatch(
  command: Command,
  env: NodeEnv,
  terminal: Terminal,
  listenForStop: ListenForStop,
): Promise<number> {
  switch (command.name) {
    case 'init':
      return initCommand(command, env, terminal);
    case 'run':
      // Docker, the browser and the parser take long to load, and only this command needs them.
      return (await import('./run-command.ts')).runCommand(command, env, terminal, listenForStop);
    case 'doctor':
      return (await import('./doctor-command.ts')).doctorCommand(command, env, terminal);
    case 'status':
      return statusCommand(command, env, terminal, Date.now());
    case 'help':
      terminal.out(HELP_TEXT);
      return 0;
    case 'version':
      terminal.out(`${softwareVersion()}\n`);
      return 0;
  }
}
