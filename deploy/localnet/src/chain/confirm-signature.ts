import { setTimeout as sleep } from 'node:timers/promises';
import type { BlockhashWithExpiryBlockHeight, Connection } from '@solana/web3.js';

const POLL_MS = 50;

/**
 * Waits until a signature is confirmed. Asks for it, since web3.js' own wait leaves a rejection to nobody when a connection breaks.
 * @throws Error where its transaction failed or its blockhash expired first.
 */
export async function confirmSignature(
  connection: Connection,
  sent: BlockhashWithExpiryBlockHeight & { signature: string },
): Promise<void> {
  const { signature, lastValidBlockHeight } = sent;
  for (;;) {
    // The height first: what is unknown after it has passed the last valid one never lands.
    const height = await connection.getBlockHeight('confirmed');
    const {
      value: [status],
    } = await connection.getSignatureStatuses([signature]);
    if (status?.err) throw new Error(`transaction ${signature} failed: ${JSON.stringify(status.err)}`);
    if (status && status.confirmationStatus !== 'processed') return;
    if (height > lastValidBlockHeight && !status)
      throw new Error(`transaction ${signature}: block height exceeded`);
    await sleep(POLL_MS);
  }
}
