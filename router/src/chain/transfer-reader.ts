import { type ObservedTransfer, observeTransfer } from './observed-transfer.ts';
import type { Solana } from './solana.ts';

const REMEMBERED_MAX = 2000;
const IDLE_MAX = 50_000;

/** Reads transactions once each: a notice and the sweep that follows it share the call. */
export interface TransferReader {
  /** Null while the RPC does not have the transaction. */
  read(signature: string): Promise<ObservedTransfer | null>;
  /** Whether the transaction was read and moved nothing of ours. */
  isIdle(signature: string): boolean;
  /** The next read asks the chain again. */
  forget(signature: string): void;
}

export function createTransferReader(options: {
  solana: Solana;
  ours: { tokenAccount: string; mint: string; tokenProgram: string };
}): TransferReader {
  const { solana, ours } = options;
  const reads = new Map<string, Promise<ObservedTransfer | null>>();
  const idle = new Set<string>();

  const ask = async (signature: string): Promise<ObservedTransfer | null> => {
    const raw = await solana.getTransaction(signature);
    const transfer = raw && observeTransfer(raw, ours);
    if (transfer?.delta === 0n) remember(idle, IDLE_MAX, () => idle.add(signature));
    return transfer;
  };

  return {
    read(signature) {
      const known = reads.get(signature);
      if (known !== undefined) return known;
      const reading = ask(signature);
      remember(reads, REMEMBERED_MAX, () => reads.set(signature, reading));
      const forgetIfAbsent = (transfer: ObservedTransfer | null): void => {
        if (transfer === null && reads.get(signature) === reading) reads.delete(signature);
      };
      reading.then(forgetIfAbsent, () => forgetIfAbsent(null));
      return reading;
    },
    isIdle: (signature) => idle.has(signature),
    forget(signature) {
      reads.delete(signature);
      idle.delete(signature);
    },
  };
}

/** Makes room by letting the oldest go. */
function remember(kept: Map<string, unknown> | Set<string>, max: number, add: () => void): void {
  const [oldest] = kept.keys();
  if (kept.size >= max && oldest !== undefined) kept.delete(oldest);
  add();
}
