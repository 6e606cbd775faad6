const LIMIT_MS = 10_000;

/** The ledger's closing lines in WATT, exact decimal strings, as `GET /api/v1/stats` gives them. */
export interface LedgerFigures {
  treasury: string;
  payout_inflight: string;
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

/** What has come and gone since the beginning, in WATT. */
export interface RouterStats {
  ledger: LedgerFigures;
  watt_received: number;
  watt_burned: number;
  watt_earned_by_nodes: number;
}

export async function readStats(routerUrl: string): Promise<RouterStats> {
  const stats = (await getJson(`${routerUrl}/api/v1/stats`)) as Partial<RouterStats>;
  if (!stats.ledger) throw new Error('GET /api/v1/stats has no ledger');
  return stats as RouterStats;
}

/** What the chain has paid a node, exact base units. */
export interface PaidFigures {
  paid_total_base: string;
  last_signature: string | null;
  waiting_for: { code: string; text: string } | null;
}

export async function readPayout(routerUrl: string, nodeId: string): Promise<PaidFigures> {
  const { payout } = (await getJson(`${routerUrl}/api/v1/nodes/${nodeId}`)) as { payout?: PaidFigures };
  if (!payout) throw new Error(`GET /api/v1/nodes/${nodeId} has no payout`);
  return payout;
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
