import type { ListedSignature, Solana } from './solana.ts';

const PAGE = 1000;
const MAX_PAGES = 1000;
// A list may miss rows, so a page that is only a little short is no proof that nothing comes after it.
const LAST_PAGE = PAGE / 2;

/** Lists the signatures of an account down to a slot, newest first; rows may come in any order, and some may be missing. */
export async function listDownTo(
  solana: Solana,
  tokenAccount: string,
  { slot, minSlot }: { slot: bigint; minSlot?: bigint | undefined },
): Promise<ListedSignature[]> {
  const rows = new Map<string, ListedSignature>();
  let before: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const part = await solana.listSignatures(tokenAccount, {
      limit: PAGE,
      ...(before !== undefined && { before }),
      ...(minSlot !== undefined && { minContextSlot: Number(minSlot) }),
    });
    for (const row of part) if (row.slot >= slot) rows.set(row.signature, row);
    const oldest = part.reduce<ListedSignature | null>(
      (found, row) => (found === null || row.slot <= found.slot ? row : found),
      null,
    );
    if (oldest === null || oldest.slot < slot || oldest.signature === before || part.length < LAST_PAGE)
      return [...rows.values()].sort(newestFirst);
    before = oldest.signature;
  }
  throw new Error(`More than ${PAGE * MAX_PAGES} signatures above slot ${slot}`);
}

/** Stable: within a slot the order is that of the list. */
function newestFirst(a: ListedSignature, b: ListedSignature): number {
  return a.slot === b.slot ? 0 : a.slot < b.slot ? 1 : -1;
}
