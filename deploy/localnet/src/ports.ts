import { createServer } from 'node:net';
import { PORT_NAMES, type PortName } from './env.ts';

const HOST = '127.0.0.1';
const SEARCH = 50;

export type Ports = Record<PortName, number>;

export interface PortChoice {
  ports: Ports;
  /** What a person must know: which usual port was taken, and how to choose. */
  notes: string[];
}

/**
 * Picks a port for each service: the one asked for by its environment name, else the one of the last run, else the usual
 * one, else the next that is free. Throws an Error naming port and variable when one that was asked for is taken.
 */
export async function choosePorts(asked: Record<PortName, number | null>): Promise<PortChoice> {
  const taken = new Set<number>();
  const notes: string[] = [];
  const pick = async (name: PortName, usual: number): Promise<number> => {
    const wanted = asked[name];
    const { variable } = PORT_NAMES[name];
    if (wanted !== null) {
      if (taken.has(wanted) || !(await isFree(wanted))) {
        throw new Error(
          `Port ${wanted} (${variable}) is taken by another program. Set ${variable} to a free port, or leave it out to have one chosen.`,
        );
      }
      taken.add(wanted);
      return wanted;
    }
    const port = await nextFree(usual, taken);
    taken.add(port);
    if (port !== usual) {
      notes.push(
        `Port ${usual} is taken by another program, so ${name} uses ${port} (${variable} chooses another).`,
      );
    }
    return port;
  };
  const router = await pick('router', PORT_NAMES.router.usual);
  const rpc = await pick('rpc', PORT_NAMES.rpc.usual);
  // Solana's libraries look for the websocket one above the RPC port when nobody tells them.
  const websocket = await pick('websocket', rpc + 1);
  const faucet = await pick('faucet', PORT_NAMES.faucet.usual);
  const site = await pick('site', PORT_NAMES.site.usual);
  const postgres = await pick('postgres', PORT_NAMES.postgres.usual);
  return { ports: { router, rpc, websocket, faucet, site, postgres }, notes };
}

async function nextFree(from: number, taken: Set<number>): Promise<number> {
  for (let port = from; port < from + SEARCH && port < 65_536; port += 1) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`No free port from ${from} to ${from + SEARCH - 1}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
