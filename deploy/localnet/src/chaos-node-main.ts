import { runProvider } from './chaos/run-provider.ts';
import { runUntilSignal } from './network/run-until-signal.ts';

await runUntilSignal(async () => {
  const [dir] = process.argv.slice(2);
  if (dir === undefined) throw new Error('Usage: chaos-node-main FOLDER');
  const node = await runProvider(dir);
  return { close: () => node.stop() };
});
