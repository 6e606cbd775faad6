import type { NodePayoutView } from '@watt/shared';

const LIMIT_MS = 3000;

/** What the router says of this node's payouts; null when it does not answer, or answers something else. */
export async function askPayout(node: { routerUrl: string; nodeId: string }): Promise<NodePayoutView | null> {
  try {
    const response = await fetch(new URL(`/api/v1/nodes/${node.nodeId}`, node.routerUrl), {
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const { payout } = (await response.json()) as { payout?: NodePayoutView };
    return payout && typeof payout.paid_total_base === 'string' ? payout : null;
  } catch {
    // The status is the node's own: without the router it says the rest.
    return null;
  }
}

/** Lines for a person: what is on the chain, what is on its way, and what keeps the rest. */
export function payoutLines(payout: NodePayoutView): string[] {
  const { paid_total: paid, pending, payable, waiting_for: waiting, last_signature: signature } = payout;
  return [
    `paid out  ${paid} WATT on chain · ${pending} on their way · ${payable} more may be paid`,
    ...(signature ? [`          last signature ${signature}`] : []),
    ...(waiting ? [`waits     ${waiting.text}`] : []),
  ];
}
