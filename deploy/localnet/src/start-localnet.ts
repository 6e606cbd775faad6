import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnv, type Settings } from './env.ts';
import { prepareThisMachine } from './machine.ts';
import { type Network, startNetwork } from './network/start-network.ts';
import { choosePorts } from './ports.ts';
import { type Lock, takeLock } from './state/lock.ts';
import { endLeftovers } from './state/process-list.ts';
import { openStateDir, type StateDir } from './state/state-dir.ts';
import { listenForStop, StoppedBySignal } from './stop-signals.ts';
import { tellPayouts } from './story/tell-payouts.ts';
import { tellStory } from './story/tell-story.ts';
import { createReport, type Report } from './terminal/report.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Runs the whole network; resolves to the exit code after Ctrl-C, or after the story with `--once`. */
export async function startLocalnet(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { once: { type: 'boolean', default: false }, 'slot-ms': { type: 'string', default: '400' } },
  });
  const isTerminal = process.stdout.isTTY === true;
  const settings = readEnv(env, isTerminal);
  const report = createReport({ stream: process.stdout, hasColour: settings.hasColour });
  const state = await openStateDir(settings.stateDir ?? join(ROOT, '.watt'));
  const lock = await takeLock(state.lock);
  if (!lock.held) {
    report.line(
      report.paint('red', `A network runs here already (process ${lock.by}); ${state.network} says where.`),
    );
    return 1;
  }
  const stop = listenForStop();
  try {
    const run = { settings, state, report, isOnce: values.once, slotMs: Number(values['slot-ms']), stop };
    return await runNetwork(run);
  } catch (error) {
    return explain(report, error);
  } finally {
    stop.release();
    await release(lock);
  }
}

interface Run {
  settings: Settings;
  state: StateDir;
  report: Report;
  isOnce: boolean;
  slotMs: number;
  stop: ReturnType<typeof listenForStop>;
}

async function runNetwork({ settings, state, report, isOnce, slotMs, stop }: Run): Promise<number> {
  const stopped = rejectOnAbort(stop.signal);
  const cacheDir = join(state.root, 'cache');
  const machine = await Promise.race([prepareThisMachine({ report, cacheDir, ...settings }), stopped]);
  const left = await endLeftovers(state.processes);
  if (left.length > 0) report.step('leftovers').done(`ended what a killed run left: ${left.join(', ')}`);
  const { ports, notes } = await choosePorts(settings.ports);
  for (const note of notes) report.line(report.paint('yellow', `! ${note}`));
  const network = await startNetwork({
    ...{ state, ports, machine, report, slotMs, signal: stop.signal },
    inherited: settings.inherited,
  });
  stop.onImpatience(() => network.kill());
  try {
    const passed = await Promise.race([
      tellStory({ file: network.file, machine, pictureDir: state.story, report }),
      stopped,
    ]);
    if (isOnce) return passed ? 0 : 1;
    showDoors(report, network, state);
    const payouts = tellPayouts({ report, routerUrl: network.file.router_url, signal: stop.signal });
    // Good news only: what a stop or a restart of the router cuts off is told by the router itself.
    payouts.catch(() => undefined);
    await stopped;
    return passed ? 0 : 1;
  } catch (error) {
    if (error instanceof StoppedBySignal) return 0;
    throw error;
  } finally {
    const step = report.step('stopping', 'ending every process in order');
    await network.stop();
    step.done('everything ended');
  }
}

function showDoors(report: Report, { file }: Network, state: StateDir): void {
  const body = `{"service":"scrape","request":{"url":"${file.demo_site_url}/article","selectors":{"title":"h1"}}}`;
  report.line();
  report.line('The network stays up until Ctrl-C.');
  report.line(`  router     ${file.router_url}`);
  report.line(`  chain      ${file.rpc_url}  (websocket ${file.websocket_url})`);
  report.line(`  faucet     ${file.faucet_url}`);
  report.line(`  demo site  ${file.demo_site_url}`);
  report.line(`  all of it  ${relative(process.cwd(), state.network) || state.network}`);
  report.line();
  report.line('What would a scrape cost?');
  report.line(`  curl -s ${file.router_url}/api/v1/quote -H 'content-type: application/json' \\`);
  report.line(`    -d '${body}'`);
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // Whoever races with it handles it; when nobody does at the moment, that is no fault.
  promise.catch(() => undefined);
  return promise;
}

/** A fault for a person: the message and its causes, without a stack. */
function explain(report: Report, error: unknown): number {
  if (error instanceof StoppedBySignal) return 130;
  report.line(report.paint('red', `✗ ${messageOf(error)}`));
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause))
    report.line(`  ${messageOf(cause)}`);
  return 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

async function release(lock: Lock): Promise<void> {
  if (lock.held) await lock.release();
}
