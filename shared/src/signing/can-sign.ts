import { isSmallOrder } from './small-order.ts';

const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * Whether a secret key can exist for an address: false for addresses that programs own, such as token accounts and vaults, and for the
 * points of small order. Source: RFC 8032, section 5.1.3: x² = (y² − 1) / (d y² + 1) has a root.
 */
export function canSign(address: Uint8Array): boolean {
  if (isSmallOrder(address)) return false;
  const bytes = Buffer.from(address).reverse();
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  const y = BigInt(`0x${bytes.toString('hex')}`);
  const square = modulo((y * y - 1n) * (D * y * y + 1n));
  return square === 0n || power(square, (P - 1n) / 2n) === 1n;
}

function modulo(value: bigint): bigint {
  return ((value % P) + P) % P;
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, factor] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}
