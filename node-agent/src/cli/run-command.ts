import { parseUrl } from '@watt/shared';
import { type Logger, pino } from 'pino';
import type { NodeEnv } from '../config/env.ts';
import type { Home } from '../config/home.ts';
import { type NodeConfig, readConfig } from '../config/node-config.ts';
import { toScrapePolicy } from '../config/scrape-policy.ts';
import { parseRouterAddress } from '../connection/router-address.ts';
import { createRouterFacts, type RouterFacts } from '../connection/router-facts.ts';
import { readKeyFile } from '../identity/node-key.ts';
import { buildWorkers } from '../jobs/build-workers.ts';
import { readMachineFacts } from '../jobs/machine-facts.ts';
import type { Workers } from '../jobs/workers.ts';
import { runNode } from '../run-node.ts';
import { createDockerEngine } from '../sandbox/docker.ts';
import { softwareVersion } from '../software-version.ts';
import { chooseHome } from './choose-home.ts';
import { CliError } from './cli-error.ts';
import { humanLog } from './human-log.ts';
import type { ListenForStop } from './listen-for-stop.ts';
import type { Command } from './parse-command.ts';
import type { Terminal } from './terminal.ts';

/** Runs the node until it is told to stop. */
export async function runCommand(
  command: Command,
  env: NodeEnv,
  terminal: Terminal,
  listenForStop: ListenForStop,
): Promise<number> {
  const home = chooseHome(command, env);
  const { config, key } = await readSetUp(home, env);
  const write = (text: string) => terminal.err(text);
  const logger = pino(
    { level: env.logLevel ?? 'info', base: null },
    command.switches.has('json') ? { write } : humanLog(write),
  );
  const routerFacts = createRouterFacts(routerHosts(config), logger);
  const node = await runNode({
    ...{ home, config, key, logger, routerFacts },
    software: softwareVersion(),
    prepareWorkers: () =>
      prepare({ home, config, env, logger, routerFacts, install: command.switches.has('install') }),
  });
  // Until here a signal ends the process as it ends any other; from here there is something to finish.
  const { first, second } = listenForStop();
  await first;
  logger.info('stopping; once more to stop at once');
  const drained = node.drain();
  await Promise.race([drained, second.then(() => node.stop())]);
  await drained;
  return 0;
}

async function readSetUp(home: Home, env: NodeEnv) {
  const saved = await readConfig(home);
  const key = await readKeyFile(home.key);
  if (!saved || !key) {
    throw new CliError(`No node is set up in ${home.dir}`, {
      fix: `watt-node init --home ${home.dir} --router URL`,
      exitCode: 2,
    });
  }
  if (env.routerUrl === null) return { config: saved, key };
  // The environment may move the router's address, never its key: that is pinned.
  const { http } = parseRouterAddress(env.routerUrl, { insecure: saved.router.insecure ?? false });
  return { config: { ...saved, router: { ...saved.router, url: http } }, key };
}

/** The names by which this node knows its router. */
function routerHosts({ router: { url, address } }: NodeConfig): string[] {
  return [url, address ?? url].flatMap((text) => parseUrl(text)?.hostname ?? []);
}

interface Preparations {
  home: Home;
  config: NodeConfig;
  env: NodeEnv;
  logger: Logger;
  routerFacts: RouterFacts;
  install: boolean;
}

async function prepare(preparations: Preparations): Promise<Workers> {
  const { home, config, env, logger, routerFacts, install } = preparations;
  const workers = await buildWorkers({
    config,
    install,
    logger,
    machine: readMachineFacts(),
    docker: createDockerEngine(),
    cacheDir: home.cache,
    scrapePolicy: toScrapePolicy(env, config),
    routerFacts,
    chromiumPath: env.chromiumPath,
    clock: { now: Date.now },
    report: (line) => logger.info(line),
  });
  for (const { what, fix } of workers.problems) logger.warn(`not offered: ${what}. Fix: ${fix}`);
  const { scrape, execute } = workers.capabilities;
  if (!scrape && !execute) {
    await workers.close();
    throw new CliError('Nothing that this node was set up for works on this machine', {
      fix: workers.problems.map(({ what, fix }) => `${what}: ${fix}`).join('\n'),
    });
  }
  const offers = [
    scrape && `scrape ×${scrape.slots}${scrape.javascript ? ' with JavaScript and screenshots' : ''}`,
    execute &&
      `execute ×${execute.slots} (${execute.languages.join(', ')}, ${execute.max_memory_mb} MB, ${execute.runtime})`,
    execute?.sessions && `sessions ×${execute.sessions.slots} (${execute.sessions.languages.join(', ')})`,
  ];
  logger.info(`offering ${offers.filter(Boolean).join(' and ')}`);
  return workers;
}
