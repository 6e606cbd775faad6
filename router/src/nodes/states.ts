import type { NodeState, TransitionTable } from '@watt/shared';

/**
 * The life of a node. `online`: connected, takes jobs. `draining`: connected, finishes what it has and takes nothing new. `offline`: not
 * connected; its leases lapse when it does not come back in time. A new connection makes it `online` again.
 */
export const NODE_TRANSITIONS = {
  online: ['draining', 'offline'],
  draining: ['offline', 'online'],
  offline: ['online'],
} as const satisfies TransitionTable<NodeState>;
