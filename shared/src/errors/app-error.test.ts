import { describe, expect, test } from 'vitest';
import { AppError, toProblem } from './app-error.ts';
import { ERRORS, type ErrorCode, isErrorCode } from './catalogue.ts';

const codes = Object.keys(ERRORS) as ErrorCode[];

describe.each(codes)('%s', (code) => {
  test('is a problem document with the specification’s members', () => {
    const problem = toProblem(new AppError(code));
    expect(problem).toEqual({
      success: false,
      error: ERRORS[code].title,
      code,
      type: `urn:watt:error:${code.toLowerCase().replaceAll('_', '-')}`,
      title: ERRORS[code].title,
      status: ERRORS[code].status,
      detail: ERRORS[code].title,
      fix: ERRORS[code].fix,
    });
    expect(JSON.parse(JSON.stringify(problem))).toEqual(problem);
  });

  test('tells what to do, in a sentence', () => {
    expect(ERRORS[code].fix).toMatch(/^[A-Z].*\.$/);
    expect(ERRORS[code].status).toBeGreaterThanOrEqual(200);
    expect(ERRORS[code].status).toBeLessThan(600);
  });
});

test('the specification’s seven codes have their names', () => {
  expect(codes.slice(0, 7)).toEqual([
    'PAYMENT_NOT_FOUND',
    'PAYMENT_INSUFFICIENT',
    'RATE_LIMITED',
    'DOMAIN_BLOCKED',
    'SCRAPE_FAILED',
    'EXECUTION_TIMEOUT',
    'EXECUTION_ERROR',
  ]);
});

test('detail, extra members and cause', () => {
  const cause = new Error('socket');
  const error = new AppError('RATE_LIMITED', {
    detail: 'Too many calls for this URL',
    extra: { retry_after_seconds: 7 },
    headers: { 'retry-after': '7' },
    cause,
  });
  expect(error.cause).toBe(cause);
  expect(error.headers).toEqual({ 'retry-after': '7' });
  expect(toProblem(error)).toMatchObject({
    error: 'Too many calls for this URL',
    title: 'Too many requests',
    retry_after_seconds: 7,
  });
});

test('a stranger becomes INTERNAL, and its text stays inside', () => {
  const stranger = new Error('password is 1234');
  const error = AppError.from(stranger);
  expect(error.code).toBe('INTERNAL');
  expect(error.cause).toBe(stranger);
  expect(JSON.stringify(toProblem(error))).not.toContain('1234');
  expect(AppError.from(error)).toBe(error);
});

test('codes are own members of the catalogue', () => {
  expect(isErrorCode('INTERNAL')).toBe(true);
  expect(isErrorCode('toString')).toBe(false);
});
