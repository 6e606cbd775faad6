/** Every environment name that the local network reads, in one place; the README lists them. */
export interface Settings {
  /** Where keys, chain, database and logs live. */
  stateDir: string | null;
  /** Ports asked for by name; null takes the usual one, or the next free one. */
  ports: Record<PortName, number | null>;
  /** False leaves Docker or Chromium aside, as if this machine had none. */
  useDocker: boolean;
  useChromium: boolean;
  hasColour: boolean;
  /** What the network's processes inherit. */
  inherited: Record<string, string>;
}

export const PORT_NAMES = {
  router: { variable: 'ROUTER_PORT', usual: 8080 },
  rpc: { variable: 'RPC_PORT', usual: 8899 },
  websocket: { variable: 'RPC_WS_PORT', usual: 8900 },
  faucet: { variable: 'FAUCET_PORT', usual: 8910 },
  site: { variable: 'DEMO_SITE_PORT', usual: 8099 },
  postgres: { variable: 'POSTGRES_PORT', usual: 5439 },
} as const;
export type PortName = keyof typeof PORT_NAMES;

export function readProcessEnv(): NodeJS.ProcessEnv {
  return process.env;
}

/** Reads the environment; throws an Error that names every fault. */
export function readEnv(env: NodeJS.ProcessEnv, isTerminal: boolean): Settings {
  const faults: string[] = [];
  const value = (name: string) => env[name] ?? '';
  const port = (name: PortName): number | null => {
    const text = value(PORT_NAMES[name].variable);
    if (!text) return null;
    const number = Number(text);
    if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
    faults.push(`${PORT_NAMES[name].variable}=${text} is not a port from 1 to 65535`);
    return null;
  };
  const settings: Settings = {
    stateDir: value('WATT_STATE_DIR') || null,
    ports: {
      router: port('router'),
      rpc: port('rpc'),
      websocket: port('websocket'),
      faucet: port('faucet'),
      site: port('site'),
      postgres: port('postgres'),
    },
    useDocker: value('WATT_DOCKER') !== 'off',
    useChromium: value('WATT_CHROMIUM') !== 'off',
    hasColour: !value('NO_COLOR') && (isTerminal || Boolean(value('FORCE_COLOR'))),
    inherited: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => !!entry[1]),
    ),
  };
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return settings;
}
