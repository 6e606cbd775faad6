import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../src/db/connect.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';

let fresh: FreshDatabase;
let cut: () => void;
let close: () => Promise<void>;
let database: Database;

/** A way to Postgres that can be cut off, as it is when Postgres is killed. */
beforeAll(async () => {
  fresh = await freshDatabase();
  const { port, hostname } = new URL(fresh.url);
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    }
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const through = new URL(fresh.url);
  through.port = `${(proxy.address() as AddressInfo).port}`;
  cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  close = async () => {
    cut();
    proxy.close();
    await once(proxy, 'close');
  };
  database = connectDatabase(through.href, { connections: 2 });
});
afterAll(async () => {
  await database?.close();
  await close?.();
  await fresh?.drop();
});

it('a connection that is lost within a transaction fails that transaction, and the process lives', async () => {
  const { sql } = database;
  const work = sql.begin(async (tx) => {
    const waiting = tx`select pg_sleep(30)`;
    waiting.catch(() => undefined);
    await sleep(100);
    cut();
    await waiting;
  });
  await expect(work).rejects.toMatchObject({ code: expect.stringMatching(/CONNECTION_CLOSED|ECONNRESET/) });
  // The write to the socket that is gone would come now, and be nobody's to catch.
  for (let turns = 0; turns < 20; turns += 1) await setImmediate();
  await expect.poll(() => sql`select 1 as one`.catch(() => null)).toEqual([{ one: 1 }]);
});

it('statements that come after the loss reach no connection', async () => {
  const { sql } = database;
  await sql`select 1`;
  let late: Promise<unknown> = Promise.resolve();
  const work = sql.begin(async (tx) => {
    const [first] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    cut();
    late = sleep(300).then(() => tx`select ${first?.pid ?? 0}::int`);
    late.catch(() => undefined);
    await late;
  });
  await expect(work).rejects.toMatchObject({ code: expect.stringMatching(/CONNECTION_CLOSED|ECONNRESET/) });
  await expect(late).rejects.toThrow('The transaction is over');
  await expect.poll(() => sql`select 1 as one`.catch(() => null)).toEqual([{ one: 1 }]);
});

it('other failures roll back as ever', async () => {
  const { sql } = database;
  await sql`create table rolled (id int)`;
  const work = sql.begin(async (tx) => {
    await tx`insert into rolled values (1)`;
    throw Object.assign(new Error('of another socket'), { code: 'ECONNRESET' });
  });
  await expect(work).rejects.toThrow('of another socket');
  expect(await sql`select * from rolled`).toEqual([]);
});
