/** One account as the VM holds it at one moment. `lamports` are 1e-9 SOL; `owner` is a base58 program id. */
export interface AccountState {
  readonly lamports: bigint;
  readonly data: Uint8Array;
  readonly owner: string;
  readonly isExecutable: boolean;
}

/** Null is an account that does not exist. */
export type MaybeAccount = AccountState | null;

export function sameAccount(a: MaybeAccount, b: MaybeAccount): boolean {
  if (a === null || b === null) return a === b;
  return a.lamports === b.lamports && a.owner === b.owner && Buffer.compare(a.data, b.data) === 0;
}
