import { expect, it } from 'vitest';
import { EngineError } from '../sandbox/container-engine.ts';
import { removeOldImages } from './remove-old-images.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

it('removes what an earlier version made long ago, and nothing else', async () => {
  const removed: string[] = [];
  const lines: string[] = [];
  const engine = {
    listImages: async (repository: string) => {
      expect(repository).toBe('watt-sandbox');
      return [
        { name: 'watt-sandbox:1-now', createdAtMs: 0 },
        { name: 'watt-sandbox:1-young', createdAtMs: 94 * DAY_MS },
        { name: 'watt-sandbox:1-used', createdAtMs: 0 },
        { name: 'watt-sandbox:1-old', createdAtMs: 92 * DAY_MS },
      ];
    },
    removeImage: async (name: string) => {
      if (name.endsWith('used')) throw new EngineError('conflict', 'a container is made of it');
      removed.push(name);
    },
  };
  const options = { report: (line: string) => lines.push(line), now: 100 * DAY_MS };
  await removeOldImages(engine, 'watt-sandbox:1-now', options);
  expect(removed).toEqual(['watt-sandbox:1-old']);
  expect(lines).toEqual(['removed watt-sandbox:1-old, which an earlier version made']);
});

it('does not hide that the engine fails', async () => {
  const engine = {
    listImages: async () => [{ name: 'watt-sandbox:1-old', createdAtMs: 0 }],
    removeImage: async () => {
      throw new EngineError('timeout', 'too long');
    },
  };
  const options = { report: () => undefined, now: 100 * DAY_MS };
  await expect(removeOldImages(engine, 'watt-sandbox:1-now', options)).rejects.toThrow('too long');
});
