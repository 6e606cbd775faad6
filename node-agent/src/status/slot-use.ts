import type { NodeStatus } from './node-status.ts';

export interface SlotUse {
  name: 'scrape' | 'execute' | 'sessions';
  taken: number;
  slots: number;
}

/** How many slots of each kind this node offers, and how many of them are taken. */
export function slotUse({ capabilities, running }: Pick<NodeStatus, 'capabilities' | 'running'>): SlotUse[] {
  const { scrape, execute } = capabilities;
  const offers = [
    ['scrape', scrape],
    ['execute', execute],
    ['sessions', execute?.sessions],
  ] as const;
  return offers.flatMap(([name, offer]) => {
    const taken = running.filter((job) => (job.session === true ? 'sessions' : job.service) === name).length;
    return offer ? [{ name, taken, slots: offer.slots }] : [];
  });
}
