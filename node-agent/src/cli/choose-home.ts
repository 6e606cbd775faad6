import { join, resolve } from 'node:path';
import type { NodeEnv } from '../config/env.ts';
import { type Home, homeAt } from '../config/home.ts';
import { CliError } from './cli-error.ts';
import type { Command } from './parse-command.ts';

/** `--home`, else WATT_NODE_HOME, else `~/.watt-node`. */
export function chooseHome(command: Command, env: NodeEnv): Home {
  const dir = command.text['home'] ?? env.home ?? (env.userHome && join(env.userHome, '.watt-node'));
  if (!dir) throw new CliError('No home folder is known', { fix: 'Give one with --home DIR.', exitCode: 2 });
  return homeAt(resolve(dir));
}
