const LIMIT_MS = 10_000;

/** The ledger's closing lines in WATT, exact decimal strings, as `GET /api/v1/stats` gives them. */
export interface LedgerFigures {
  treasury: string;
  customers: string;
  held: string;
  nodes: string;
  burn: string;
  revenue: string;
  balanced: boolean;
}

export interface NodeFigures {
  node_id: string;
  name: string;
  class: string;
  earned_base: string;
  jobs_done: number;
}

export async function readLedger(routerUrl: string): Promise<LedgerFigures> {
  const stats = await getJson(`${routerUrl}/api/v1/stats`);
  const { ledger } = stats as { ledger?: LedgerFigures };
  if (!ledger) throw new Error('GET /api/v1/stats has no ledger');
  return ledger;
}

export async function readNodes(routerUrl: string): Promise<NodeFigures[]> {
  const list = await getJson(`${routerUrl}/api/v1/nodes`);
  const { nodes } = list as { nodes?: NodeFigures[] };
  if (!nodes) throw new Error('GET /api/v1/nodes has no nodes');
  return nodes;
}

async function getJson(url: string): Promise<object> {
  const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null) throw new Error(`${url} answered no object`);
  return body;
}
