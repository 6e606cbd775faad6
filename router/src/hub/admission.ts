import { addressGroup } from './address-group.ts';
import type { HubLimits } from './hub-limits.ts';

export type Refusal = 'too_many_connections' | 'too_many_from_address' | 'too_many_handshakes';

/** A place among the connections. Both methods may be called more than once. */
export interface Ticket {
  /** The peer proved its key and no longer counts as a stranger. */
  welcome(): void;
  release(): void;
}

type AdmissionLimits = Pick<HubLimits, 'connections' | 'connectionsPerAddress' | 'unauthenticated'>;

/** Counts connections in all, per address and before their welcome, and refuses those above a limit. */
export function createAdmission(limits: AdmissionLimits) {
  const perAddress = new Map<string, number>();
  let total = 0;
  let strangers = 0;

  function refusal(group: string): Refusal | null {
    if (total >= limits.connections) return 'too_many_connections';
    if ((perAddress.get(group) ?? 0) >= limits.connectionsPerAddress) return 'too_many_from_address';
    return strangers >= limits.unauthenticated ? 'too_many_handshakes' : null;
  }

  function leave(group: string): void {
    const left = (perAddress.get(group) ?? 1) - 1;
    if (left > 0) perAddress.set(group, left);
    else perAddress.delete(group);
    total -= 1;
  }

  return (address: string): Ticket | { refused: Refusal } => {
    const group = addressGroup(address);
    const refused = refusal(group);
    if (refused) return { refused };
    perAddress.set(group, (perAddress.get(group) ?? 0) + 1);
    total += 1;
    strangers += 1;
    let state: 'stranger' | 'welcome' | 'gone' = 'stranger';
    return {
      welcome() {
        if (state !== 'stranger') return;
        strangers -= 1;
        state = 'welcome';
      },
      release() {
        if (state === 'gone') return;
        if (state === 'stranger') strangers -= 1;
        state = 'gone';
        leave(group);
      },
    };
  };
}
