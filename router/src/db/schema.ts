/** Every table, by domain. The rules between rows are triggers in the migrations; docs/LEDGER.md tells them. */
export * from './schema/access.ts';
export * from './schema/accounts.ts';
export * from './schema/batches.ts';
export * from './schema/chain.ts';
export * from './schema/copies.ts';
export * from './schema/jobs.ts';
export * from './schema/nodes.ts';
export * from './schema/operator.ts';
export * from './schema/payouts.ts';
export * from './schema/transfers.ts';
export * from './schema/x402.ts';
