import { AppError, type NodeState, type NodeView, parseNodeId } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { fieldError } from '../../intake/intake.ts';
import { countNodes, listNodes, loadNode } from '../../nodes/nodes.ts';
import { nodePayoutView } from '../node-payout-view.ts';
import { pageOf, readCursor, readLimit } from '../read-page.ts';

interface NodePage {
  success: true;
  nodes: NodeView[];
  totals: Record<NodeState, number>;
  /** Pass as `after` for the next page; null on the last one. */
  next: string | null;
}

const NODE_ID = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;
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
      const limit = readLimit(request.query);
      const after = readCursor(request.query, NODE_ID) ?? '';
      const state = readState(request.query);
      const [rows, totals] = await Promise.all([
        listNodes(database.sql, { after, limit: limit + 1, state }),
        countNodes(database.sql),
      ]);
      const page = pageOf(rows, limit, (node) => node.node_id);
      return { success: true, nodes: page.rows.map(withRunning), totals, next: page.next };
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

function readState(query: Record<string, string | undefined>): NodeState | null {
  const state = query['state'] ?? null;
  if (state === null || STATES.includes(state)) return state as NodeState | null;
  throw fieldError({ field: 'state', message: 'is not a state', fix: `Give one of ${STATES.join(', ')}.` });
}
