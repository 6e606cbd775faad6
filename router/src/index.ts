export { type Router, startRouter } from './build-router.ts';
export { type Config, ConfigError, toConfig } from './config/config.ts';
export { type Secrets, toSecrets } from './config/secrets.ts';
