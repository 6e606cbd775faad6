import { type DomainPattern, matchesDomain } from './domain-pattern.ts';

/** Whose rule it is: the network's router, or the operator of one node. */
export type ListOwner = 'router' | 'operator';

/** What one party lets pages be fetched from. */
export interface DomainList {
  by: ListOwner;
  blocked: readonly DomainPattern[];
  /** Empty: every domain that is not blocked. Otherwise nothing else is reached, not even for a page's pictures. */
  allowed: readonly DomainPattern[];
}

export interface DomainRefusal {
  rule: 'blocked-domain' | 'not-allowed-domain';
  by: ListOwner;
  /** The entry that matched, as its owner wrote it; none when it is the absence of one that refuses. */
  pattern?: string;
}

/** The first rule that refuses the host, or null. Every list has to agree, so a node's operator can only narrow what the router allows. */
export function refuseDomain(host: string, lists: readonly DomainList[]): DomainRefusal | null {
  for (const { by, blocked } of lists) {
    const pattern = matchesDomain(host, blocked);
    if (pattern) return { rule: 'blocked-domain', by, pattern: pattern.text };
  }
  const narrow = lists.find(({ allowed }) => allowed.length > 0 && matchesDomain(host, allowed) === null);
  return narrow ? { rule: 'not-allowed-domain', by: narrow.by } : null;
}
