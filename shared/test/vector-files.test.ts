import { expect, test } from 'vitest';
import { generateVectors } from '../vectors/generate.ts';

test.each(Object.entries(generateVectors()))('%s is what the generator makes', async (name, vectors) => {
  await expect(`${JSON.stringify(vectors, null, 2)}\n`).toMatchFileSnapshot(`../vectors/${name}`);
});
