import type { NodeStatus } from './node-status.ts';
import { slotUse } from './slot-use.ts';

const QUIET_MS = 10 * 60 * 1000;

const FAULT_FIXES: Readonly<Record<string, string>> = {
  unreachable: 'Check the network and the router’s address.',
  wrong_router_key:
    'Somebody else may be answering in the router’s place. If the router really has a new key: watt-node init --router-key KEY',
  wrong_address: 'Use the address that the router names, or init with --router-address.',
  protocol_version: 'Update this node.',
  replaced: 'Another process uses the same key: run one node per home, and never copy a home.',
  bad_wallet_proof: 'Prove the wallet again: watt-node init --wallet … --wallet-signature …',
};

/** Why this node gets no jobs now, most pressing first; null when nothing stands in the way. */
export function whyNoJobs(status: NodeStatus, now: number): string | null {
  if (status.state === 'stopped') return 'The node is not running. Start it: watt-node run';
  if (status.state === 'draining') return 'The node is finishing its jobs and takes no new ones.';
  if (status.state === 'connecting') return notConnected(status);
  const { capabilities } = status;
  if (!capabilities.scrape && !capabilities.execute)
    return 'Nothing that this node offers works on this machine.';
  const free = slotUse(status).some(({ taken, slots }) => taken < slots);
  if (!free) return 'All slots are taken; new jobs come when one is free.';
  const quietSince = Date.parse(status.last_job_at ?? status.since);
  if (now - quietSince < QUIET_MS) return null;
  const minutes = Math.floor((now - quietSince) / 60_000);
  return `The node is ready; the router has had no job for it for ${minutes} minutes.`;
}

/** Why this node's work brings no money; null when nothing stands in the way. */
export function whyNoPay(status: NodeStatus): string | null {
  const { wallet, last_unpaid: unpaid } = status;
  if (!wallet) {
    return 'No payout wallet is set: what is earned is kept for this node’s key. Add one: watt-node init --wallet ADDRESS';
  }
  if (!wallet.proven) {
    return 'The payout wallet is not proven: what is earned is kept for this node’s key. Run watt-node init to see what to sign.';
  }
  if (!unpaid) return null;
  const reasons: Record<typeof unpaid.verdict, string> = {
    paid: '',
    unpaid: 'the job failed, and failed jobs are charged to nobody',
    late: 'the result came after its lease was over',
    unknown: 'the router does not know the attempt',
    invalid: 'the router found the result invalid',
  };
  return `The latest result without pay (${unpaid.at}): ${unpaid.message || reasons[unpaid.verdict]}.`;
}

function notConnected({ last_error: error }: NodeStatus): string {
  if (!error) return 'The node is connecting to the router.';
  return `Not connected: ${error.message}. ${FAULT_FIXES[error.code] ?? ''}`.trim();
}
