const UNITS = 1_000_000n;
const DECIMALS = 6;
const whole = new Intl.NumberFormat('en');
const NETWORKS = {
  '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d': 'Solana mainnet',
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxkfrK7D: 'Solana devnet',
};

/** The base units behind a decimal text of WATT; money is never a float here. */
export function parseWatt(text) {
  const parts = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!parts) throw new RangeError('The API gave an amount that is not a decimal number');
  const units = BigInt(parts[2]) * UNITS + BigInt((parts[3] ?? '').padEnd(DECIMALS, '0'));
  return parts[1] === '-' ? -units : units;
}

/** Base units as WATT with thousands set apart, every digit kept: `1,234.5`. */
export function sayWatt(units) {
  const size = units < 0n ? -units : units;
  const fraction = String(size % UNITS)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  return `${units < 0n ? '−' : ''}${whole.format(size / UNITS)}${fraction === '' ? '' : `.${fraction}`}`;
}

export function sayCount(count) {
  return whole.format(count);
}

/** `one node`, `3 nodes`. */
export function sayMany(count, [one, many]) {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

export function sayDuration(ms) {
  if (ms === null) return '—';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

export function sayAgo(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 5) return 'now';
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${whole.format(Math.round(seconds / 86_400))} days ago`;
}

export function sayTime(date) {
  return date.toLocaleTimeString('en-GB');
}

/** The name of a chain by its genesis hash. */
export function sayNetwork(genesisHash) {
  return NETWORKS[genesisHash] ?? `a chain of its own (genesis ${genesisHash.slice(0, 8)}…)`;
}
