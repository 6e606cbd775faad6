import type { NodeEnv } from '../config/env.ts';
import { readConfig } from '../config/node-config.ts';
import { parseRouterAddress } from '../connection/router-address.ts';
import type { Check } from '../doctor/check.ts';
import { examine } from '../doctor/examine.ts';
import { readMachineFacts } from '../jobs/machine-facts.ts';
import { createDockerEngine } from '../sandbox/docker.ts';
import { chooseHome } from './choose-home.ts';
import type { Command } from './parse-command.ts';
import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';

const MARKS: Record<Check['state'], string> = { ok: '✓', warning: '!', failed: '✗' };
const NAME_WIDTH = 19;

/** Shows, a line each, whether this machine can do what its node was set up for. Exit code 1 when something fails. */
export async function doctorCommand(command: Command, env: NodeEnv, terminal: Terminal): Promise<number> {
  const isJson = command.switches.has('json');
  const home = chooseHome(command, env);
  const saved = await readConfig(home);
  const checks = await examine({
    home,
    config: saved && env.routerUrl !== null ? movedTo(env.routerUrl, saved) : saved,
    engine: createDockerEngine(),
    dockerHost: env.dockerHost,
    chromiumPath: env.chromiumPath,
    isRoot: readMachineFacts().isRoot,
    clock: { now: Date.now },
    onChecks: (some) => {
      if (!isJson) terminal.out(printable(some.map(render).join('')));
    },
  });
  const failures = checks.filter(({ state }) => state === 'failed').length;
  if (isJson) terminal.out(`${JSON.stringify({ ok: failures === 0, checks })}\n`);
  else
    terminal.out(
      `\n${failures === 0 ? 'Nothing failed' : `${failures} failed`}, of ${checks.length} checks.\n`,
    );
  return failures === 0 ? 0 : 1;
}

function movedTo<T extends { router: { url: string; insecure?: boolean } }>(routerUrl: string, config: T): T {
  const { http } = parseRouterAddress(routerUrl, { insecure: config.router.insecure ?? false });
  return { ...config, router: { ...config.router, url: http } };
}

function render({ name, state, found, fix }: Check): string {
  const line = `${MARKS[state]} ${name.padEnd(NAME_WIDTH)} ${found}\n`;
  return fix === undefined ? line : `${line}  ${''.padEnd(NAME_WIDTH)} fix: ${fix}\n`;
}
