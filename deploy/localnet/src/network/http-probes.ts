import { waitForHttp } from '../supervisor/wait-for-http.ts';

const START_LIMIT_MS = 60_000;

/** Ready when the RPC says that the chain is healthy and the faucet answers: the faucet opens last, after the mint. */
export async function chainIsReady(rpcUrl: string, faucetUrl: string, signal: AbortSignal): Promise<void> {
  await waitForHttp(rpcUrl, {
    limitMs: START_LIMIT_MS,
    signal,
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getHealth' }),
    },
  });
  await waitForHttp(faucetUrl, { limitMs: START_LIMIT_MS, signal });
}

export async function urlIsReady(url: string, signal: AbortSignal): Promise<void> {
  await waitForHttp(url, { limitMs: START_LIMIT_MS, signal });
}

/** Ready when the router lists a node of this name as online. */
export async function nodeIsOnline(
  routerUrl: string,
  name: string,
  { signal, limitMs = START_LIMIT_MS }: { signal: AbortSignal; limitMs?: number },
): Promise<void> {
  await waitForHttp(`${routerUrl}/api/v1/nodes?state=online&limit=200`, {
    limitMs,
    signal,
    async accept(response) {
      if (!response.ok) return false;
      const body: unknown = await response.json();
      return listedNodes(body).some((node) => node.name === name && node.state === 'online');
    },
  });
}

interface ListedNode {
  name: string;
  state: string;
}

function listedNodes(body: unknown): ListedNode[] {
  if (typeof body !== 'object' || body === null || !('nodes' in body) || !Array.isArray(body.nodes))
    return [];
  return body.nodes.filter(isListedNode);
}

function isListedNode(value: unknown): value is ListedNode {
  return typeof value === 'object' && value !== null && 'name' in value && 'state' in value;
}
