import { hostname } from 'node:os';
import {
  createSigningKey,
  type NodeClass,
  parseNodeId,
  SERVICES,
  type Service,
  type SigningKey,
} from '@watt/shared';
import type { NodeEnv } from '../config/env.ts';
import { createHome, type Home } from '../config/home.ts';
import { type NodeConfig, readConfig, writeConfig } from '../config/node-config.ts';
import { fetchRouterKey } from '../connection/fetch-router-key.ts';
import { parseRouterAddress } from '../connection/router-address.ts';
import { readKeyFile, writeNodeKey } from '../identity/node-key.ts';
import { textToSign } from '../identity/wallet-proof.ts';
import { readMachineFacts } from '../jobs/machine-facts.ts';
import { chooseHome } from './choose-home.ts';
import { chooseWallet } from './choose-wallet.ts';
import { CliError } from './cli-error.ts';
import type { Command } from './parse-command.ts';
import type { Terminal } from './terminal.ts';

const CLASSES = ['pi', 'pc', 'gpu'] as const satisfies readonly NodeClass[];

/** Sets a node up, or changes what the flags say of one that is. A key that is there is kept, whatever the flags. */
export async function initCommand(command: Command, env: NodeEnv, terminal: Terminal): Promise<number> {
  const home = chooseHome(command, env);
  const before = await readConfig(home);
  const router = await chooseRouter(command, env, terminal, before);
  const name = command.text['name'] ?? before?.name ?? hostname().slice(0, 80);
  const nodeClass = chooseClass(command.text['class']) ?? before?.class ?? readMachineFacts().class;
  const services = chooseServices(command.text['services']) ?? before?.services ?? [...SERVICES];
  await createHome(home);
  const key = await keyOf(home, terminal);
  const wallet = await chooseWallet(command, terminal, key.publicKey, before?.wallet ?? null);
  const config: NodeConfig = {
    version: 1,
    name,
    class: nodeClass,
    services,
    router,
    wallet,
    ...(before?.slots && { slots: before.slots }),
  };
  const isSame = before !== null && JSON.stringify(before) === JSON.stringify(config);
  if (!isSame) await writeConfig(home, config);
  terminal.err(`${isSame ? 'Unchanged' : 'Wrote'}  ${home.config}\n`);
  terminal.out(summary(config, key, home, command));
  return 0;
}

async function chooseRouter(
  command: Command,
  env: NodeEnv,
  terminal: Terminal,
  before: NodeConfig | null,
): Promise<NodeConfig['router']> {
  const asked = command.text['router'] ?? env.routerUrl ?? before?.router.url;
  const text = asked ?? (await terminal.ask?.('Address of the router', ''));
  if (!text) throw new CliError('The router is missing', { fix: 'Give it with --router URL.', exitCode: 2 });
  const insecure = command.switches.has('insecure') || (before?.router.insecure ?? false);
  const { http } = parseRouterAddress(text, { insecure });
  const isSameRouter = before?.router.url === http;
  const given = command.text['router-key'];
  if (given !== undefined && !parseNodeId(given)) {
    throw new CliError(`${given} is not a public key`, {
      fix: 'The router shows its key in /api/v1/pricing.',
    });
  }
  let key = given ?? (isSameRouter ? before.router.key : undefined);
  if (key === undefined) {
    key = await fetchRouterKey(http);
    terminal.err(`Pinned the router's key, as ${http} gave it: ${key}\n`);
  }
  const address = command.text['router-address'] ?? (isSameRouter ? before.router.address : undefined);
  return { url: http, key, ...(address !== undefined && { address }), ...(insecure && { insecure }) };
}

function chooseClass(text: string | undefined): NodeClass | null {
  if (text === undefined) return null;
  const known = CLASSES.find((one) => one === text);
  if (known) return known;
  throw new CliError(`${text} is no class`, { fix: `Choose one of ${CLASSES.join(', ')}.`, exitCode: 2 });
}

function chooseServices(text: string | undefined): Service[] | null {
  if (text === undefined) return null;
  const asked = new Set(text.split(/[\s,]+/).filter((one) => one !== ''));
  const known = SERVICES.filter((one) => asked.delete(one));
  const [stranger] = asked;
  if (stranger === undefined && known.length > 0) return known;
  throw new CliError(`${stranger ?? 'nothing'} is no service`, {
    fix: `Choose from ${SERVICES.join(',')}.`,
    exitCode: 2,
  });
}

async function keyOf(home: Home, terminal: Terminal): Promise<SigningKey> {
  const found = await readKeyFile(home.key);
  if (found) {
    terminal.err(`Found  ${home.key}\n`);
    return found;
  }
  const made = createSigningKey();
  await writeNodeKey(home.key, made);
  terminal.err(`Made   ${home.key}  (this key is the node: keep a copy of it)\n`);
  return made;
}

function summary(config: NodeConfig, key: SigningKey, home: Home, command: Command): string {
  const lines = [
    `node     ${key.publicKey}  “${config.name}”, ${config.class}, ${config.services.join(' and ')}`,
    `router   ${config.router.url}  key ${config.router.key}`,
  ];
  const { wallet } = config;
  if (wallet?.signature) lines.push(`wallet   ${wallet.address}, proven`);
  else if (wallet) {
    lines.push(
      `wallet   ${wallet.address}, not proven yet. Sign these two lines with it, without a line feed at the end:`,
      ...textToSign(key.publicKey, wallet.address)
        .split('\n')
        .map((line) => `           ${line}`),
      `         then: watt-node init${homeFlag(command)} --wallet ${wallet.address} --wallet-signature SIGNATURE`,
    );
  } else lines.push('wallet   none: earnings are kept for this node until you add one with init --wallet');
  return `${lines.join('\n')}\n\nNext: watt-node run${command.text['home'] ? ` --home ${home.dir}` : ''}\n`;
}

function homeFlag(command: Command): string {
  return command.text['home'] ? ` --home ${command.text['home']}` : '';
}
