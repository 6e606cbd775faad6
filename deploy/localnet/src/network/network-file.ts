import { writeJsonFile } from '../state/json-file.ts';

/** `network.json`: all that an outside program needs to join in. */
export interface NetworkFile {
  router_url: string;
  dashboard_url: string;
  rpc_url: string;
  websocket_url: string;
  faucet_url: string;
  demo_site_url: string;
  mint: string;
  token_program: string;
  decimals: number;
  compute_wallet: string;
  router_public_key: string;
  /** The demo agent's key, in Solana's form: a JSON array of 64 numbers. */
  agent_key_file: string;
  agent_wallet: string;
  /** The process that runs the network; when it is gone, so is the network. */
  pid: number;
  started_at: string;
}

export async function writeNetworkFile(path: string, network: NetworkFile): Promise<void> {
  await writeJsonFile(path, network);
}
