import { AppError, type NodeId, parseNodeId } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { requireWalletSignature } from '../../access/access.ts';
import type { Context } from '../../context.ts';
import { loadNode } from '../../nodes/nodes.ts';
import { listNodePayouts } from '../../settlement/settlement.ts';
import { nodePayoutView, payoutRowView } from '../node-payout-view.ts';
import { pageOf, readCursor, readLimit, UUID_CURSOR } from '../read-page.ts';
import { receivedCall } from '../received-call.ts';

type Params = { id: string };

/**
 * `GET /api/v1/nodes/:id/payouts?limit=&after=`: what was paid to a node, with signatures. `POST`: pays now what may be paid, whatever the
 * threshold; signed (RFC 9421) by the node's key or by its payout wallet.
 */
export function nodePayoutRoutes(app: FastifyInstance, context: Context): void {
  const { database, settlement, authenticate } = context;
  const findNode = async (text: string): Promise<{ id: NodeId; wallet: string | null }> => {
    const id = parseNodeId(text);
    const node = id && (await loadNode(database.sql, id));
    if (!id || !node) throw new AppError('NODE_NOT_FOUND', { extra: { node_id: text } });
    return { id, wallet: node.wallet };
  };

  app.get<{ Params: Params; Querystring: Record<string, string | undefined> }>(
    '/api/v1/nodes/:id/payouts',
    async (request) => {
      const { id } = await findNode(request.params.id);
      const limit = readLimit(request.query);
      const after = readCursor(request.query, UUID_CURSOR);
      const rows = await listNodePayouts(database.sql, { nodeId: id, after, limit: limit + 1 });
      const page = pageOf(rows, limit, (row) => row.id);
      return { success: true, payouts: page.rows.map(payoutRowView), next: page.next };
    },
  );

  app.post<{ Params: Params }>('/api/v1/nodes/:id/payouts', async (request, reply) => {
    const node = await findNode(request.params.id);
    const { wallet: signer } = requireWalletSignature(await authenticate(receivedCall(request)));
    if (signer !== node.id && signer !== node.wallet) {
      throw new AppError('AUTHENTICATION_REQUIRED', {
        detail: `Sign with the node's key or its payout wallet; the call is signed by ${signer}`,
      });
    }
    await settlement.payNode(node.id).catch((cause: unknown) => {
      throw new AppError('UNAVAILABLE', { detail: 'The chain cannot be read now', cause });
    });
    const payout = await settlement.nodePayout(node.id);
    if (!payout) throw new AppError('NODE_NOT_FOUND', { extra: { node_id: node.id } });
    return reply.code(202).send({ success: true, node_id: node.id, payout: nodePayoutView(payout) });
  });
}
