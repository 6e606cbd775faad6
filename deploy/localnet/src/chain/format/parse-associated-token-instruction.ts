export interface ParsedInstruction {
  readonly type: string;
  readonly info: Readonly<Record<string, unknown>>;
}

const CREATE = 0;
const CREATE_IDEMPOTENT = 1;

/** `create` and `createIdempotent`; null for others. */
export function parseAssociatedTokenInstruction(
  accounts: readonly string[],
  data: Buffer,
): ParsedInstruction | null {
  const kind = data[0] ?? CREATE;
  if (kind !== CREATE && kind !== CREATE_IDEMPOTENT) return null;
  const [source, account, wallet, mint, systemProgram, tokenProgram] = accounts;
  if (tokenProgram === undefined) return null;
  return {
    type: kind === CREATE ? 'create' : 'createIdempotent',
    info: { source, account, wallet, mint, systemProgram, tokenProgram },
  };
}
