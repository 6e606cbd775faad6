/**
 * Pays for one job by hand: WATT to the compute wallet with the job id as the memo, with nothing but Solana's own libraries.
 *
 *   node deploy/localnet/examples/pay-by-memo.mjs JOB_ID WATT [network.json]
 */
import { readFileSync } from 'node:fs';
import {
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import {
  Connection,
  Keypair,
  PublicKey,
  sendAndConfirmTransaction,
  Transaction,
  TransactionInstruction,
} from '@solana/web3.js';

const MEMO_PROGRAM = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const [jobId, amount, networkFile = '.watt/network.json'] = process.argv.slice(2);
const network = JSON.parse(readFileSync(networkFile, 'utf8'));
const agent = Keypair.fromSecretKey(
  Uint8Array.from(JSON.parse(readFileSync(network.agent_key_file, 'utf8'))),
);
const mint = new PublicKey(network.mint);
const accountOf = (wallet) => getAssociatedTokenAddressSync(mint, wallet, true, TOKEN_2022_PROGRAM_ID);

const transfer = createTransferCheckedInstruction(
  accountOf(agent.publicKey),
  mint,
  accountOf(new PublicKey(network.compute_wallet)),
  agent.publicKey,
  BigInt(amount) * 10n ** BigInt(network.decimals),
  network.decimals,
  [],
  TOKEN_2022_PROGRAM_ID,
);
const memo = new TransactionInstruction({ programId: MEMO_PROGRAM, keys: [], data: Buffer.from(jobId) });
const connection = new Connection(network.rpc_url, {
  commitment: 'confirmed',
  wsEndpoint: network.websocket_url,
});
const signature = await sendAndConfirmTransaction(connection, new Transaction().add(transfer, memo), [agent]);
process.stdout.write(`paid ${amount} WATT for ${jobId}: ${signature}\n`);
