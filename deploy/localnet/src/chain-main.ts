import { parseArgs } from 'node:util';
import { runChainProcess } from './network/chain-process.ts';
import { runUntilSignal } from './network/run-until-signal.ts';
import { openStateDir } from './state/state-dir.ts';

const { values } = parseArgs({
  options: {
    state: { type: 'string' },
    rpc: { type: 'string' },
    websocket: { type: 'string' },
    faucet: { type: 'string' },
    'slot-ms': { type: 'string', default: '400' },
  },
});
if (!values.state) throw new Error('--state DIR is missing');
const state = await openStateDir(values.state);
await runUntilSignal(() =>
  runChainProcess({
    state,
    rpcPort: Number(values.rpc),
    wsPort: Number(values.websocket),
    faucetPort: Number(values.faucet),
    slotMs: Number(values['slot-ms']),
  }),
);
