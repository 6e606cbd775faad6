import type { SettlementParts } from './collect.ts';
import { expireAttempt, failAttempt, finishBatch, type Split } from './end-batch.ts';

interface LiveAttempt {
  signature: string;
  raw: Uint8Array;
  lastValidHeight: bigint;
  confirmed: boolean;
}

/** What happened to an attempt in one look at it. */
export type Followed =
  | { outcome: 'sent' | 'confirmed' | 'finalized' | 'expired'; signature: string }
  | { outcome: 'failed'; signature: string; error: string; split: Split | null };

/**
 * Looks at every attempt that is under way: books what is final, and sends what is not known yet again, the same bytes. The finalized block is
 * read before the signatures: one that is unknown afterwards to a node that has seen that block never landed in it or before.
 */
export async function followAttempts(parts: SettlementParts): Promise<Followed[]> {
  const { sql, chain } = parts;
  const live = await sql<LiveAttempt[]>`
    select signature, raw, last_valid_height as "lastValidHeight", confirmed_at is not null as confirmed
    from payout_attempts where state = 'live' order by created_at`;
  if (live.length === 0) return [];
  const tip = await chain.finalizedTip();
  const followed: Followed[] = [];
  for (const attempt of live) {
    const step = await followAttempt(parts, attempt, tip);
    if (step) followed.push(step);
  }
  return followed;
}

async function followAttempt(
  parts: SettlementParts,
  { signature, raw, lastValidHeight, confirmed }: LiveAttempt,
  tip: { slot: bigint; height: bigint },
): Promise<Followed | null> {
  const { sql, accounts, chain } = parts;
  const finding = await chain.find(signature, tip.slot);
  if (finding.known === 'landed') {
    if (!finding.finalized) return confirmed || finding.error ? null : noteConfirmed({ sql }, signature);
    if (finding.error === null) {
      return (await finishBatch(sql, accounts, signature)) ? { outcome: 'finalized', signature } : null;
    }
    const { error } = finding;
    return { outcome: 'failed', signature, error, split: await failAttempt(sql, { signature, error }) };
  }
  if (tip.height <= lastValidHeight) {
    await sendStored(parts, { signature, raw });
    return { outcome: 'sent', signature };
  }
  if (finding.known === 'unsure') return null;
  return (await expireAttempt(sql, signature)) ? { outcome: 'expired', signature } : null;
}

async function noteConfirmed({ sql }: Pick<SettlementParts, 'sql'>, signature: string): Promise<Followed> {
  await sql`
    update payout_attempts set confirmed_at = now() where signature = ${signature} and state = 'live' and confirmed_at is null`;
  return { outcome: 'confirmed', signature };
}

/** Sends what is stored. A send that fails says nothing about the bytes: they are sent again at the next look. */
export async function sendStored(
  { chain, logger }: Pick<SettlementParts, 'chain' | 'logger'>,
  { signature, raw }: { signature: string; raw: Uint8Array },
): Promise<void> {
  try {
    await chain.send(raw);
  } catch (error) {
    logger.warn({ err: error, signature }, 'a payout could not be sent; it is sent again');
  }
}
