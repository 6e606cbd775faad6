// The y coordinates (sign bit cleared, little-endian hex) of the eight points of small order, canonical or not.
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/**
 * True for the Ed25519 public keys that have no secret: signatures that hold for many messages can be made for them by anyone
 * (for Solana's system program address, too). OpenSSL and tweetnacl accept them; we do not. Source: RFC 8032, section 5.1;
 * libsodium refuses the same seven values.
 */
export function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = Buffer.from(publicKey);
  y[31] = (y[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(y.toString('hex'));
}
