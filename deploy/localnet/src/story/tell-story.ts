import { createSolanaPayer, createWatt } from '@watt/client';
import { formatWatt } from '@watt/shared';
import type { Machine } from '../machine.ts';
import { chainBalanceReader } from '../network/chain-balance.ts';
import type { NetworkFile } from '../network/network-file.ts';
import { loadOrCreateKeypair } from '../state/keypair-file.ts';
import type { Report } from '../terminal/report.ts';
import { buyPages } from './buy-pages.ts';
import { closeBooks } from './close-books.ts';
import { proveAll } from './prove-all.ts';
import { runPrograms } from './run-programs.ts';
import type { Scene } from './scene.ts';
import { createTeller } from './teller.ts';
import { timedPayer } from './timed-payer.ts';

export interface StoryOptions {
  file: NetworkFile;
  machine: Machine;
  /** Where pictures go. */
  pictureDir: string;
  report: Report;
}

/**
 * An agent buys work from the network, line by line, each a real call through the SDK. Resolves to whether every line that
 * this machine can do has passed.
 */
export async function tellStory({ file, machine, pictureDir, report }: StoryOptions): Promise<boolean> {
  const teller = createTeller(report);
  const readBalance = chainBalanceReader(file);
  const balanceOf = async (wallet: string) => (await readBalance(wallet)) ?? 0n;
  const { secret } = await loadOrCreateKeypair(file.agent_key_file);
  let lastPaymentMs: number | null = null;
  const payer = timedPayer(
    createSolanaPayer({ wallet: secret, rpcUrl: file.rpc_url }),
    ({ amountBase, memo, ms }) => {
      if (lastPaymentMs === null) {
        const text = `${formatWatt(BigInt(amountBase))} WATT sent and confirmed, memo ${memo.slice(0, 16)}…`;
        teller.tell('pay', { text, ms });
      }
      lastPaymentMs = ms;
    },
  );
  const scene: Scene = {
    ...{ teller, file, machine, balanceOf },
    watt: createWatt({ baseUrl: file.router_url, payer, mint: file.mint, routerKey: file.router_public_key }),
    visit: Date.now().toString(36),
    answers: [],
    lastPaymentMs: () => lastPaymentMs ?? 0,
  };
  report.line();
  const wallet = formatWatt(await balanceOf(file.agent_wallet));
  report.line(report.paint('bold', `An agent with ${wallet} WATT buys work`));
  await buyPages(scene, pictureDir);
  await runPrograms(scene);
  await proveAll(scene);
  await closeBooks(scene);
  return teller.hasPassed;
}
