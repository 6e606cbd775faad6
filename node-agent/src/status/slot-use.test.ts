import { expect, test } from 'vitest';
import { slotUse } from './slot-use.ts';

test('a session takes none of the slots of programs', () => {
  const execute = {
    ...{ slots: 2, languages: ['python' as const], max_memory_mb: 512, runtime: 'runc' },
    sessions: { slots: 1, languages: ['python' as const] },
  };
  const running = [
    { job_id: 'a', service: 'execute' as const },
    { job_id: 'b', service: 'execute' as const, session: true as const },
  ];
  expect(slotUse({ capabilities: { scrape: null, execute }, running })).toEqual([
    { name: 'execute', taken: 1, slots: 2 },
    { name: 'sessions', taken: 1, slots: 1 },
  ]);
});
