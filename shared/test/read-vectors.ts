import { readFileSync } from 'node:fs';
import type { generateVectors } from '../vectors/generate.ts';

type Vectors = ReturnType<typeof generateVectors>;

/** The checked-in vectors of one file: what both implementations are held to. */
export function readVectors<Name extends keyof Vectors>(name: Name): Vectors[Name] {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8'));
}
