import type { SettlementParts } from '../../src/settlement/settlement.ts';

/** Thrown where the process would have died. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * The same parts as a process that may die has them: `shouldDie` is asked before and after each call to the chain and each transaction of the
 * database. Once dead, nothing of it works any more; what was committed or sent stays.
 */
export function mortal(
  parts: SettlementParts,
  shouldDie: (moment: string) => boolean,
): { parts: SettlementParts; isDead(): boolean } {
  let dead = false;
  const live = (moment: string): void => {
    if (!dead && shouldDie(moment)) dead = true;
    if (dead) throw new Killed(moment);
  };
  const step = async <T>(name: string, act: () => Promise<T> | T): Promise<T> => {
    live(`before ${name}`);
    const result = await act();
    live(`after ${name}`);
    return result;
  };
  const chain = new Proxy(parts.chain, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || name === 'sign') return member;
      return (...args: unknown[]) => step(String(name), () => member.apply(target, args) as unknown);
    },
  });
  const sql = new Proxy(parts.sql, {
    apply(target, _, args) {
      if (dead) throw new Killed('a statement');
      return Reflect.apply(target, undefined, args) as unknown;
    },
    get(target, name) {
      if (name !== 'begin') return Reflect.get(target, name) as unknown;
      return (act: Parameters<typeof target.begin>[1]) =>
        step('transaction', () => target.begin(act as never));
    },
  });
  return { parts: { ...parts, chain, sql }, isDead: () => dead };
}
