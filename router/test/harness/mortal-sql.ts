import type { SqlClient, SqlRunner } from '../../src/db/connect.ts';

/** Thrown where the process would have died. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * A database as a process has it that may die: `shouldDie` is asked before every statement, within transactions too, before each commit and
 * after it. Once dead nothing of it works any more: what was committed stays, what was not never was.
 */
export function mortalSql(sql: SqlClient, shouldDie: () => boolean): SqlClient {
  let isDead = false;
  const live = (): void => {
    isDead ||= shouldDie();
    if (isDead) throw new Killed();
  };
  const inTransaction = (tx: SqlRunner): SqlRunner =>
    new Proxy(tx, {
      apply(target, _, args) {
        live();
        return Reflect.apply(target, undefined, args) as unknown;
      },
    });
  return new Proxy(sql, {
    apply(target, _, args) {
      live();
      return Reflect.apply(target, undefined, args) as unknown;
    },
    get(target, name) {
      if (name !== 'begin') return Reflect.get(target, name) as unknown;
      return async (act: (tx: SqlRunner) => Promise<unknown>) => {
        live();
        const result = await target.begin(async (tx) => {
          const done = await act(inTransaction(tx));
          live();
          return done;
        });
        live();
        return result;
      };
    },
  });
}
