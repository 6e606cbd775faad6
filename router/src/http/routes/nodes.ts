import { AppError, type NodeState, type NodeView, parseNodeId } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { fieldError } from '../../intake/intake.ts';
import { countNodes, listNodes, loadNode } from '../../nodes/nodes.ts';
import { nodePayoutView } from '../node-payout-view.ts';

interface NodePage {
  success: true;
  nodes: NodeView[];
  totals: Record<NodeState, number>;
  /** Pass as `after` for the next page; null on the last one. */
  next: string | null;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const STATES: readonly unknown[] = ['online', 'draining', 'offline'] satisfies NodeState[];

/** `GET /api/v1/nodes?limit=&after=&state=` and `GET /api/v1/nodes/:id`: the registry. */
export function nodeRoutes(app: FastifyInstance, { database, dispatcher, settlement }: Context): void {
  const withRunning = (node: Omit<NodeView, 'running'>): NodeView => {
    const id = parseNodeId(node.node_id);
    return { ...node, running: id ? dispatcher.runningOn(id) : 0 };
  };

  app.get<{ Querystring: Record<string, string | undefined> }>(
    '/api/v1/nodes',
    async (request): Promise<NodePage> => {
      const { limit, after, state } = readPage(request.query);
      const [rows, totals] = await Promise.all([
        listNodes(database.sql, { after, limit: limit + 1, state }),
        countNodes(database.sql),
      ]);
      const page = rows.slice(0, limit);
      const next = rows.length > limit ? (page.at(-1)?.node_id ?? null) : null;
      return { success: true, nodes: page.map(withRunning), totals, next };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/v1/nodes/:id',
    async (request): Promise<NodeView & { success: true }> => {
      const id = parseNodeId(request.params.id);
      const node = id && (await loadNode(database.sql, id));
      const payout = id && (await settlement.nodePayout(id));
      if (!node || !payout) throw new AppError('NODE_NOT_FOUND', { extra: { node_id: request.params.id } });
      return { success: true, ...withRunning(node), payout: nodePayoutView(payout) };
    },
  );
}

function readPage(query: Record<string, string | undefined>): {
  limit: number;
  after: string;
  state: NodeState | null;
} {
  const limit = Number(query['limit'] ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw fieldError({
      field: 'limit',
      message: 'is not a page size',
      fix: `Give a whole number from 1 to ${MAX_LIMIT}.`,
    });
  }
  const state = query['state'] ?? null;
  if (state !== null && !STATES.includes(state)) {
    throw fieldError({ field: 'state', message: 'is not a state', fix: `Give one of ${STATES.join(', ')}.` });
  }
  const after = query['after'] ?? '';
  if (after !== '' && !parseNodeId(after)) {
    throw fieldError({ field: 'after', message: 'is not a node id', fix: 'Give the `next` of a page.' });
  }
  return { limit, after, state: state as NodeState | null };
}
