import type { ListOwner } from '@watt/shared';

/** What `docs/GUARD.md` lists. `address` stands for private, own and special addresses alike. */
export type GuardRule =
  | 'scheme'
  | 'credentials'
  | 'host'
  | 'port'
  | 'local-name'
  | 'router'
  | 'address'
  | 'blocked-domain'
  | 'not-allowed-domain';

/** The rule that refused a target. Agents see it, so nothing in it tells of this node's network. */
export interface RefusedRule {
  rule: GuardRule;
  /** Whose rule it is; `built-in` ones hold on every node. */
  by: 'built-in' | ListOwner;
  /** The entry of the list, as its owner wrote it. */
  pattern?: string;
}

/** Thrown when a target may not be reached. `detail` is for this node's log alone. */
export class GuardRefusal extends Error {
  override readonly name = 'GuardRefusal';
  readonly refused: RefusedRule;
  readonly detail: string;

  constructor(refused: RefusedRule | GuardRule, detail: string) {
    const facts: RefusedRule = typeof refused === 'string' ? { rule: refused, by: 'built-in' } : refused;
    super(`The address is refused by the rule "${sayRule(facts)}".`);
    this.refused = facts;
    this.detail = detail;
  }
}

/** The rule in words, such as `blocked-domain *.gov of the router`. */
export function sayRule({ rule, by, pattern }: RefusedRule): string {
  const named = pattern === undefined ? rule : `${rule} ${pattern}`;
  return by === 'built-in' ? named : `${named} of the ${by}`;
}
