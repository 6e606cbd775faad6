import type { Home } from '../config/home.ts';
import type { NodeConfig } from '../config/node-config.ts';
import type { ContainerEngine } from '../sandbox/container-engine.ts';
import { findChromium } from '../scrape/find-chromium.ts';
import { runCommand } from '../setup/run-command.ts';
import { type Check, failed, ok } from './check.ts';
import { checkDocker } from './docker-checks.ts';
import { checkHome } from './home-checks.ts';
import { checkRouter } from './router-checks.ts';

const VERSION_LIMIT_MS = 30_000;

export interface ExamineOptions {
  home: Home;
  /** Null where no node is set up yet: then the machine is examined for all that a node can do. */
  config: NodeConfig | null;
  engine: ContainerEngine;
  /** DOCKER_HOST and CHROMIUM_PATH. */
  dockerHost: string | null;
  chromiumPath: string | null;
  isRoot: boolean;
  clock: { now(): number };
  /** Called with each group of checks as soon as it is there. */
  onChecks: (checks: readonly Check[]) => void;
}

/** Looks at everything that a node needs, changes nothing, and may be called while a node runs. */
export async function examine(options: ExamineOptions): Promise<Check[]> {
  const { home, config, isRoot, clock } = options;
  const wants = (service: 'scrape' | 'execute') => config?.services.includes(service) ?? true;
  const all: Check[] = [];
  const note = (checks: readonly Check[]) => {
    all.push(...checks);
    options.onChecks(checks);
  };
  note(await checkHome(home, config, isRoot));
  if (config !== null) note(await checkRouter(config.router, () => clock.now()));
  if (wants('scrape')) note([await checkChromium(options.chromiumPath)]);
  if (wants('execute')) note(await checkDocker(options));
  return all;
}

async function checkChromium(explicit: string | null): Promise<Check> {
  const path = explicit === null ? findChromium() : findChromium(explicit);
  if (path === null) {
    const found =
      explicit === null ? 'not found: pages without JavaScript only' : `${explicit} cannot be run`;
    const fix = explicit === null ? 'sudo apt-get install chromium' : 'set CHROMIUM_PATH to a Chromium';
    return failed('chromium', found, fix);
  }
  const said = await runCommand([path, '--version'], { limitMs: VERSION_LIMIT_MS });
  const version = /\d+(\.\d+){3}/.exec(said.stdout)?.[0];
  return said.ok && version !== undefined
    ? ok('chromium', `${version} at ${path}`)
    : failed('chromium', `${path} does not start: ${said.trouble}`, `try: ${path} --version`);
}
