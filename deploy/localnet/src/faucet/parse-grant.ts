import { type BaseUnits, base, parseWallet, parseWatt, watt } from '@watt/shared';

/** The most that one call gives. */
const FAUCET_LIMITS = { watt: watt(1_000_000), lamports: 100_000_000_000n };
const USUAL = { watt: watt(10_000), lamports: 1_000_000_000n };
const LAMPORT_DIGITS = 9;

export interface FaucetGrant {
  wallet: string;
  watt: BaseUnits;
  lamports: bigint;
}

export type ParsedGrant = { grant: FaucetGrant } | { fault: string };

/** Reads `{wallet, watt?, sol?}`; amounts are numbers or decimal strings. The fault is a sentence for the caller. */
export function parseGrant(body: unknown): ParsedGrant {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { fault: 'Send a JSON object: {"wallet": "<base58 address>", "watt": 1000, "sol": 1}' };
  }
  const unknown = Object.keys(body).find((name) => !['wallet', 'watt', 'sol'].includes(name));
  if (unknown) return { fault: `There is no field "${unknown}"; the fields are wallet, watt and sol` };
  const { wallet, watt: wattGiven, sol } = body as Record<string, unknown>;
  if (typeof wallet !== 'string' || !parseWallet(wallet)) {
    return { fault: 'wallet must be a Solana address in base58 (32 bytes)' };
  }
  const wattBase = wattGiven === undefined ? USUAL.watt : toUnits(wattGiven);
  if (wattBase === null || wattBase > FAUCET_LIMITS.watt) {
    return { fault: 'watt must be from 0 to 1000000 with at most 6 decimals' };
  }
  const lamports = sol === undefined ? USUAL.lamports : toLamports(sol);
  if (lamports === null || lamports > FAUCET_LIMITS.lamports) {
    return { fault: 'sol must be from 0 to 100 with at most 9 decimals' };
  }
  return { grant: { wallet, watt: wattBase, lamports } };
}

function toUnits(value: unknown): BaseUnits | null {
  const text = toDecimal(value);
  return text === null ? null : text === '0' ? base(0n) : parseWatt(text);
}

function toLamports(value: unknown): bigint | null {
  const match = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(toDecimal(value) ?? '');
  return match ? BigInt(`${match[1]}${(match[2] ?? '').padEnd(LAMPORT_DIGITS, '0')}`) : null;
}

function toDecimal(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}
