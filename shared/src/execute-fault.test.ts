import { describe, expect, test } from 'vitest';
import { executeFault } from './execute-fault.ts';
import { LIMITS } from './limits.ts';
import { type ExecuteBody, normaliseExecute } from './schemas/execute.ts';

const fieldOf = (more: Partial<ExecuteBody>) =>
  executeFault(normaliseExecute({ language: 'python', code: 'print(1)', ...more }))?.field ?? null;
const file = (path: string, content = '') => ({ path, content });

test.each<[string, Partial<ExecuteBody>]>([
  ['nothing more', {}],
  ['arguments, variables and stdin', { args: ['-v', ''], env: { _A1: '' }, stdin: 'x' }],
  ['binary stdin', { stdin: 'AAE=', stdin_encoding: 'base64' }],
  ['files in folders', { files: [file('a'), file('b/a'), file('b/é …/c')], artifacts: ['a', 'out/x.png'] }],
  ['as much as may be', { args: ['x'.repeat(LIMITS.argsBytes - 1)] }],
  ['a megabyte of code', { code: 'x'.repeat(LIMITS.codeBytes) }],
])('%s is fine', (_what, more) => {
  expect(fieldOf(more)).toBeNull();
});

describe('paths lead nowhere but below the program’s folder', () => {
  test.each([
    '/etc/passwd',
    '../x',
    'a/../../x',
    './x',
    'a//b',
    'a/',
    '..',
    '.',
    'a\0b',
    `${'d/'.repeat(9)}x`,
    'x'.repeat(101),
  ])('%j', (path) => {
    expect(fieldOf({ files: [file('ok'), file(path)] })).toBe('files.1.path');
    expect(fieldOf({ artifacts: [path] })).toBe('artifacts.0');
  });
});

test.each<[string, Partial<ExecuteBody>, string]>([
  ['code in more bytes than characters', { code: 'é'.repeat(LIMITS.codeBytes / 2 + 1) }, 'code'],
  ['arguments', { args: ['x'.repeat(LIMITS.argsBytes)] }, 'args'],
  ['variables', { env: { A: 'x'.repeat(LIMITS.argsBytes) } }, 'args'],
  ['a name with a blank', { env: { 'A B': '1' } }, 'env.A B'],
  ['a name that sets two', { env: { 'A=B': '1' } }, 'env.A=B'],
  ['base64 without padding', { stdin: 'AAE', stdin_encoding: 'base64' }, 'stdin'],
  ['a file that is not base64', { files: [{ ...file('a', '!'), encoding: 'base64' }] }, 'files.0.content'],
  ['files too large together', { files: [file('a', 'x'.repeat(1e6)), file('b', 'x'.repeat(1e6))] }, 'files'],
  ['the same file twice', { files: [file('a'), file('b'), file('a')] }, 'files.0.path'],
  ['a file where a folder must be', { files: [file('a/b'), file('a')] }, 'files.1.path'],
  ['the program itself', { files: [file('main.py')] }, 'files.0.path'],
  ['an artifact twice', { artifacts: ['a', 'a'] }, 'artifacts.1'],
])('%s is refused', (_what, more, field) => {
  expect(fieldOf(more)).toBe(field);
});
