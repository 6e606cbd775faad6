import { parseArgs } from 'node:util';
import { runUntilSignal } from './network/run-until-signal.ts';
import { startSite } from './site/start-site.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8099' } } });
await runUntilSignal(() => startSite(Number(values.port)));
