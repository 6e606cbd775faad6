import type { CompiledInstruction } from './decode-transaction.ts';

export const MEMO_PROGRAMS: readonly string[] = [
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
];

/** The text of a memo, or null where its bytes are no UTF-8. */
export function parseMemo(data: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    // Bytes that are no text are an expected input here, not a fault.
    return null;
  }
}

/** The top-level memos in the form of Agave's `extract_and_fmt_memos`: `[bytes] text`, joined by `; `. Null where there is none. */
export function formatMemos(
  keys: readonly string[],
  instructions: readonly CompiledInstruction[],
): string | null {
  const memos = instructions.filter(({ programIdIndex }) =>
    MEMO_PROGRAMS.includes(keys[programIdIndex] ?? ''),
  );
  if (memos.length === 0) return null;
  return memos.map(({ data }) => `[${data.length}] ${parseMemo(data) ?? '(unparseable)'}`).join('; ');
}
