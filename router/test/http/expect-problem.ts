import { expect } from 'vitest';
import type { Answered } from './start-server.ts';

/** Every refusal has the specification's three members first, and the members of RFC 9457 beside them. Returns its body. */
export function expectProblem(response: Answered, status: number, code: string): Record<string, unknown> {
  const body = response.json;
  expect(body).toMatchObject({
    success: false,
    code,
    status,
    error: expect.any(String),
    fix: expect.any(String),
    type: expect.stringMatching(/^urn:watt:error:/),
    title: expect.any(String),
  });
  expect(Object.keys(body).slice(0, 3)).toEqual(['success', 'error', 'code']);
  expect(body.detail).toBe(body.error);
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  return body;
}
