/**
 * The rule that refused a target. Agents see it, so none of them tells an address of this node's network: `address` stands for
 * private, own and special addresses alike. `blocked-domain` is followed by the pattern that matched.
 */
export type GuardRule =
  | 'scheme'
  | 'credentials'
  | 'host'
  | 'port'
  | 'local-name'
  | 'address'
  | `blocked-domain ${string}`;

/** Thrown when a target may not be reached. `detail` is for this node's log alone. */
export class GuardRefusal extends Error {
  override readonly name = 'GuardRefusal';
  readonly rule: GuardRule;
  readonly detail: string;

  constructor(rule: GuardRule, detail: string) {
    super(`The address is refused by the rule "${rule}".`);
    this.rule = rule;
    this.detail = detail;
  }
}
