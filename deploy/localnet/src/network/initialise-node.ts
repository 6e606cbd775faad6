import { execFile } from 'node:child_process';
import { type NetworkPlan, type NodePlan, nodeEnv, programOf } from './process-specs.ts';

const LIMIT_MS = 60_000;

export interface InitialiseNodeOptions extends NodePlan {
  routerUrl: string;
  routerKey: string;
}

/** Runs `watt-node init`, as an operator would. */
export async function initialiseNode(plan: NetworkPlan, node: InitialiseNodeOptions): Promise<void> {
  const args = ['init', '--home', node.home, '--router', node.routerUrl, '--router-key', node.routerKey];
  const rest = [
    '--name',
    node.name,
    '--class',
    node.class,
    '--services',
    node.services,
    '--wallet-key',
    node.walletFile,
  ];
  await new Promise<void>((resolve, reject) => {
    const options = { env: nodeEnv(plan), timeout: LIMIT_MS };
    execFile(
      process.execPath,
      [programOf('@watt/node'), ...args, ...rest],
      options,
      (error, _stdout, stderr) => {
        if (error)
          reject(new Error(`watt-node init failed for ${node.name}: ${stderr.trim() || error.message}`));
        else resolve();
      },
    );
  });
}
