/** The way into the copies domain. */
export { type Copies, createCopies } from './create-copies.ts';
export { hitPrice } from './hit-charge.ts';
export { maxAgeOf } from './max-age.ts';
export { pruneCopies } from './prune-copies.ts';
export { readCopy } from './read-copy.ts';
export { type CopyWish, wishOf } from './wish-of.ts';
