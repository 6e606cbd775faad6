export { type Router, startRouter } from './build-router.ts';
export { type Config, ConfigError, toConfig } from './config/config.ts';
export { type Secrets, toSecrets } from './config/secrets.ts';
export { createBatcher } from './db/batcher.ts';
export { connectDatabase, type Database } from './db/connect.ts';
export { migrateDatabase } from './db/migrate.ts';
export {
  captureParts,
  creditPayments,
  holdParts,
  loadSystemAccounts,
  lockBalances,
  openAccounts,
} from './ledger/ledger.ts';
export { createWatcherStore } from './payments/payments.ts';
