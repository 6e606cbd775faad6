import { parseNodeId } from '@watt/shared';
import { CliError } from '../cli/cli-error.ts';

const LIMIT_MS = 10_000;

/** Asks a router for its public key, on the first contact only: from then on the key is pinned. Throws a CliError. */
export async function fetchRouterKey(http: string): Promise<string> {
  const url = `${http}/api/v1/pricing`;
  let answer: unknown;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS), redirect: 'error' });
    if (!response.ok) throw new Error(`status ${response.status}`);
    answer = await response.json();
  } catch (cause) {
    throw new CliError(`The router did not answer at ${url} (${reasonOf(cause)})`, {
      fix: 'Check the address, or give the key yourself with --router-key.',
      cause,
    });
  }
  const key = (answer as { router?: unknown } | null)?.router;
  if (typeof key === 'string' && parseNodeId(key)) return key;
  throw new CliError(`${url} is no WATT router: it names no key`, { fix: 'Check the address.' });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
