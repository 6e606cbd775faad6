import type { SqlClient } from '../db/connect.ts';

/** What was captured for a wallet in the last 30 days, in base units; up to a minute old. */
export type CapturedVolume = (wallet: string) => Promise<bigint>;

const FRESH_MS = 60_000;
const MAX_WALLETS = 10_000;

export function createCapturedVolume(sql: SqlClient, clock: () => number): CapturedVolume {
  const known = new Map<string, { volume: Promise<bigint>; until: number }>();
  return (wallet) => {
    const now = clock();
    const cached = known.get(wallet);
    if (cached && cached.until > now) return cached.volume;
    known.delete(wallet);
    for (const [oldest, { until }] of known) {
      if (known.size < MAX_WALLETS && until > now) break;
      known.delete(oldest);
    }
    const volume = loadVolume(sql, wallet);
    known.set(wallet, { volume, until: now + FRESH_MS });
    // A failure is this caller's to hear and nobody's to remember.
    volume.catch(() => known.delete(wallet));
    return volume;
  };
}

async function loadVolume(sql: SqlClient, wallet: string): Promise<bigint> {
  const [row] = await sql<{ volume: string }[]>`
    select coalesce(sum(charged), 0)::text as volume from jobs
    where payer = ${wallet} and state = 'succeeded' and finished_at > now() - interval '30 days'`;
  return BigInt(row?.volume ?? 0);
}
