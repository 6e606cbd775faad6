import type { BlockhashWithExpiryBlockHeight, Connection } from '@solana/web3.js';

/**
 * Waits until a signature is confirmed.
 * @throws Error where its transaction failed or its blockhash expired first.
 */
export async function confirmSignature(
  connection: Connection,
  sent: BlockhashWithExpiryBlockHeight & { signature: string },
): Promise<void> {
  const { value } = await connection.confirmTransaction(sent, 'confirmed');
  if (value.err !== null) {
    throw new Error(`transaction ${sent.signature} failed: ${JSON.stringify(value.err)}`);
  }
}
