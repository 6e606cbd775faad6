import type { SessionCallPayload } from '@watt/shared';
import { expect, test } from 'vitest';
import { fitCallPayload } from './fit-call-payload.ts';

const payload = (stdout: string, stderr: string): SessionCallPayload => ({
  success: true,
  output: { stdout, stderr, value: 'x' },
  metadata: { execution_ms: 1 },
});

test('what fits is left as it is', () => {
  const text = fitCallPayload(payload('out', 'err'), 1000);
  expect(JSON.parse(text)).toEqual(payload('out', 'err'));
});

test('the longer output is cut, and says so', () => {
  const text = fitCallPayload(payload('\0'.repeat(1000), 'err'), 1000);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1000);
  const cut = JSON.parse(text) as SessionCallPayload;
  expect(cut.output.stderr).toBe('err');
  expect(cut.output.stdout).toMatch(/left out/);
  expect(cut.metadata).toEqual({ execution_ms: 1, stdout_truncated: true });
});
