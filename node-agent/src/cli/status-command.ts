import { formatWatt, type NodePayoutView } from '@watt/shared';
import type { NodeEnv } from '../config/env.ts';
import { lockHolder } from '../config/home-lock.ts';
import { askPayout, payoutLines } from '../status/ask-payout.ts';
import { whyNoJobs, whyNoPay } from '../status/explain.ts';
import type { NodeStatus } from '../status/node-status.ts';
import { slotUse } from '../status/slot-use.ts';
import { readStatus } from '../status/status-file.ts';
import { chooseHome } from './choose-home.ts';
import type { Command } from './parse-command.ts';
import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';

const NOT_RUNNING_EXIT = 3;

/** Shows what the node does and earns, and why it does not. Exit code 3 when no node runs on this home. */
export async function statusCommand(
  command: Command,
  env: NodeEnv,
  terminal: Terminal,
  now: number,
): Promise<number> {
  const home = chooseHome(command, env);
  const holder = await lockHolder(home);
  const written = await readStatus(home.status);
  const isRunning = holder !== null;
  // A node that was killed could not write that it stopped, and one that prepares has not written yet.
  const state = isRunning ? ('connecting' as const) : ('stopped' as const);
  const status = written && (written.pid === holder?.pid ? written : { ...written, state, running: [] });
  const payout = status && (await askPayout({ routerUrl: status.router.url, nodeId: status.node_id }));
  if (command.switches.has('json')) {
    const why_no_jobs = status && whyNoJobs(status, now);
    const why_no_pay = status && whyNoPay(status);
    terminal.out(`${JSON.stringify({ is_running: isRunning, why_no_jobs, why_no_pay, payout, status })}\n`);
  } else if (!status) {
    terminal.out(isRunning ? 'starting\n' : `not running: no node has run in ${home.dir} yet\n`);
  } else {
    terminal.out(printable(render(status, payout, { isRunning, now })));
  }
  return isRunning ? 0 : NOT_RUNNING_EXIT;
}

function render(
  status: NodeStatus,
  payout: NodePayoutView | null,
  { isRunning, now }: { isRunning: boolean; now: number },
): string {
  const { jobs, earned, wallet } = status;
  const today = earned.day === new Date(now).toISOString().slice(0, 10) ? BigInt(earned.today_base) : 0n;
  const state = isRunning ? `${status.state} for ${duration(now - Date.parse(status.since))}` : 'not running';
  const slots = slotUse(status).map(({ name, taken, slots: all }) => `${name} ${taken}/${all}`);
  const lines = [
    `node      ${status.node_id}  “${status.name}”, ${status.class}, v${status.software}`,
    `state     ${state}`,
    `router    ${status.router.url}`,
    `slots     ${slots.join(' · ') || 'none'}`,
    `jobs      ${jobs.done} done · ${jobs.failed} failed · ${jobs.refused} refused · ${status.unacknowledged} waiting for the router`,
    `earned    ${formatWatt(today)} WATT today · ${formatWatt(BigInt(earned.total_base))} WATT in all`,
    ...(payout ? payoutLines(payout) : []),
    `wallet    ${wallet ? `${wallet.address}${wallet.proven ? '' : ' (not proven)'}` : 'none'}`,
    ...status.problems.map(({ what, fix }) => `missing   ${what}\n          fix: ${fix}`),
  ];
  const noJobs = whyNoJobs(status, now);
  const noPay = whyNoPay(status);
  if (noJobs) lines.push(`no jobs   ${noJobs}`);
  if (noPay) lines.push(`no pay    ${noPay}`);
  return `${lines.join('\n')}\n`;
}

function duration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
