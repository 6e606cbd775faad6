const LIMIT_MS = 30_000;

/** Asks the faucet for WATT and SOL. Rejects with the faucet's own words. */
export async function askFaucet(
  url: string,
  grant: { wallet: string; watt: number; sol: number },
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(grant),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`The faucet answered ${response.status}: ${answer}`);
}
