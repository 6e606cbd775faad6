import { expect, it } from 'vitest';
import { BlockClock } from './block-clock.ts';

const seed = new Uint8Array(32).fill(7);

it('lets a blockhash live for 150 blocks after its own', () => {
  const clock = new BlockClock({ seed, slot: 100_000_000, now: () => 5000 });
  const hash = clock.blockhashOf(clock.slot);
  expect(clock.isUsable(hash, clock.slot - 1)).toBe(false);
  clock.advance(150);
  expect(clock.isUsable(hash, clock.slot)).toBe(true);
  clock.advance(1);
  expect(clock.isUsable(hash, clock.slot)).toBe(false);
  expect(clock.blockTimeOf(clock.slot)).toBe(5);
  expect(clock.heightOf(clock.slot)).toBeLessThan(clock.slot);
});

it('knows the blockhashes from before a restart, and never gives one out twice', () => {
  const before = new BlockClock({ seed, slot: 100_000_000, now: Date.now });
  const hash = before.blockhashOf(100_000_000);
  const after = new BlockClock({ seed, slot: 100_000_032, now: Date.now });
  expect(after.isUsable(hash, after.slot)).toBe(true);
  const hashes = after.recentHashes(1000).map((block) => block.hash);
  expect(new Set(hashes).size).toBe(1000);
  const other = new BlockClock({ seed: new Uint8Array(32), slot: 100_000_000, now: Date.now });
  expect(other.isUsable(hash, other.slot)).toBe(false);
});
