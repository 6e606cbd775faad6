#!/usr/bin/env node
import { listenForStop } from './cli/listen-for-stop.ts';
import { runCli } from './cli/run-cli.ts';
import { openTerminal } from './cli/terminal.ts';
import { readNodeEnv } from './config/env.ts';

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env: readNodeEnv(),
  terminal: openTerminal(process),
  listenForStop,
});
