import type { SqlClient, SqlRunner } from './connect.ts';

// The driver's own codes, and Postgres's for "this connection ends now".
const LOST = new Set([
  ...['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'ECONNRESET', 'EPIPE'],
  ...['57P01', '57P02', '57P03'],
]);

/**
 * Transactions whose connection is lost are over at once. Left to itself postgres.js 3.4 writes a rollback to the socket that is gone, which
 * ends the process: https://github.com/porsager/postgres/issues/1208. `begin` rejects all the same, by the loss itself.
 */
export function surviveLostConnections(sql: SqlClient): SqlClient {
  const begin = sql.begin.bind(sql) as (...args: unknown[]) => Promise<unknown>;
  const survivingBegin = async (...args: unknown[]): Promise<unknown> => {
    const act = args.pop() as (tx: SqlRunner) => unknown;
    let isOver = false;
    const surviving = async (tx: SqlRunner): Promise<unknown> => {
      try {
        return await act(refusing(tx, () => isOver));
      } catch (error) {
        if (isOver || isLoss(error)) return await new Promise(() => undefined);
        throw error;
      }
    };
    try {
      return await begin(...args, surviving);
    } finally {
      isOver = true;
    }
  };
  return Object.assign(sql, { begin: survivingBegin });
}

/** What still runs when its transaction is over must not write to a connection that may be another's by then. */
function refusing(tx: SqlRunner, isOver: () => boolean): SqlRunner {
  return new Proxy(tx, {
    apply(target, self, args) {
      if (isOver()) throw new Error('The transaction is over');
      return Reflect.apply(target, self, args) as unknown;
    },
  });
}

/** The driver notes the query on every error that it hands on; others may have the same codes from elsewhere. */
function isLoss(error: unknown): boolean {
  return error instanceof Error && 'query' in error && LOST.has((error as { code?: string }).code ?? '');
}
