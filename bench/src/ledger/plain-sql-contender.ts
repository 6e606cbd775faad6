import { connectDatabase } from '@watt/router';
import type { Contender } from '../contender.ts';

const ACCOUNTS = 1_000;

/**
 * What plain SQL does: one transaction that takes from one account, gives to another and notes it, on rows that are spread so widely that callers
 * rarely meet. As many connections as the ledger has.
 */
export async function startPlainSql(options: {
  name: string;
  databaseUrl: string;
  connections: number;
}): Promise<Contender> {
  const database = connectDatabase(options.databaseUrl, { connections: options.connections });
  const { sql } = database;
  await sql.unsafe(`
    create table plain_accounts (id int primary key, balance bigint not null check (balance >= 0));
    create table plain_moves (id bigint generated always as identity primary key, debit int not null, credit int not null,
      amount bigint not null check (amount > 0));
    insert into plain_accounts select i, 1000000000000 from generate_series(1, ${ACCOUNTS}) i;
    analyze plain_accounts`);
  const pick = () => 1 + Math.floor(Math.random() * ACCOUNTS);
  return {
    name: options.name,
    async call() {
      // The lower id first, so that two transactions never wait for each other in a circle.
      const [first, second] = [pick(), pick()].sort((a, b) => a - b);
      if (first === second || first === undefined || second === undefined) return;
      await sql.begin(async (tx) => {
        await tx`update plain_accounts set balance = balance - 1 where id = ${first}`;
        await tx`update plain_accounts set balance = balance + 1 where id = ${second}`;
        await tx`insert into plain_moves (debit, credit, amount) values (${first}, ${second}, 1)`;
      });
    },
    stop: () => database.close(),
  };
}
