import { type Capabilities, normaliseMap } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import {
  canDo,
  executeRequirement,
  requirementOf,
  scrapeRequirement,
  unservedMessage,
} from './requirement.ts';

const scrape = (options: object = {}) =>
  scrapeRequirement({
    url: 'https://example.com/',
    output_format: 'text',
    options: { javascript: false, screenshots: false, timeout: 7, ...options },
  });
const execute = (more: object = {}) =>
  executeRequirement({ language: 'python', code: '', timeout: 2.5, memory_mb: 128, ...more });

describe('a requirement', () => {
  it('has the time of its request in milliseconds', () => {
    expect(scrape().timeoutMs).toBe(7000);
    expect(execute().timeoutMs).toBe(2500);
    expect(execute({ language: 'go' }).timeoutMs).toBe(32_500);
  });

  it('has one key for what the same nodes can do, whatever the time', () => {
    expect(scrape({ timeout: 60 }).key).toBe(scrape().key);
    expect(execute({ timeout: 60 }).key).toBe(execute().key);
    const keys = [
      scrape(),
      scrape({ javascript: true }),
      scrape({ screenshots: true }),
      execute(),
      execute({ language: 'bash' }),
      execute({ memory_mb: 129 }),
      execute({ isolation: 'vm' }),
    ].map((requirement) => requirement.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is the same when it is read back from what is stored', () => {
    const request = { language: 'javascript', code: 'x', timeout: 5, memory_mb: 64 } as const;
    expect(requirementOf('execute', JSON.stringify(request))).toEqual(executeRequirement(request));
  });
});

describe('two requirements with one key', () => {
  const nodes: Capabilities[] = [true, false].flatMap((javascript) =>
    [true, false].map((screenshots) => ({ scrape: { slots: 1, javascript, screenshots }, execute: null })),
  );

  it('can be met by the same nodes', () => {
    const all = [true, false].flatMap((javascript) =>
      [true, false].map((screenshots) => scrape({ javascript, screenshots })),
    );
    for (const one of all) {
      for (const other of all.filter((each) => each.key === one.key)) {
        for (const node of nodes) expect(canDo(node, one), one.key).toBe(canDo(node, other));
      }
    }
  });
});

describe('isolation', () => {
  const node = (isolation?: 'container' | 'gvisor' | 'vm'): Capabilities => ({
    scrape: null,
    execute: {
      slots: 1,
      languages: ['python'],
      max_memory_mb: 512,
      runtime: 'r',
      ...(isolation && { isolation }),
    },
  });

  it('has to be at least what was asked for', () => {
    const able = (asked: object) =>
      [node(), node('container'), node('gvisor'), node('vm')].map((one) => canDo(one, execute(asked)));
    expect(able({})).toEqual([true, true, true, true]);
    expect(able({ isolation: 'gvisor' })).toEqual([false, false, true, true]);
    expect(able({ isolation: 'vm' })).toEqual([false, false, false, true]);
  });

  it('is named where nobody has it', () => {
    expect(unservedMessage(execute())).toBe('No node that can do this is online');
    expect(unservedMessage(execute({ isolation: 'vm' }))).toBe(
      'No node that can do this is online with vm isolation',
    );
  });
});

it('a map goes only to nodes that say they can', () => {
  const body = { url: 'https://example.com/', search: 'docs' };
  const requirement = requirementOf('scrape', JSON.stringify(normaliseMap(body)));
  const node = (map?: boolean): Capabilities => ({
    scrape: { slots: 1, javascript: true, screenshots: true, ...(map !== undefined && { map }) },
    execute: null,
  });
  expect(requirement.key).not.toBe(scrape().key);
  expect([node(), node(false), node(true)].map((one) => canDo(one, requirement))).toEqual([
    false,
    false,
    true,
  ]);
  expect(canDo(node(), scrape())).toBe(true);
});

it('a scrape that may be shared goes only to nodes that sign for it', () => {
  const requirement = scrape({ max_age: 0 });
  const node = (copies?: boolean): Capabilities => ({
    scrape: { slots: 1, javascript: true, screenshots: true, ...(copies !== undefined && { copies }) },
    execute: null,
  });
  expect(requirement.key).not.toBe(scrape().key);
  expect(scrape({ max_age: 60 }).key).toBe(requirement.key);
  expect([node(), node(false), node(true)].map((one) => canDo(one, requirement))).toEqual([
    ...[false, false],
    true,
  ]);
});

it('a session goes to nodes that have kernels for it, in a lane of its own', () => {
  const request = { language: 'python', memory_mb: 200, session: { minutes: 10 } };
  const requirement = requirementOf('execute', JSON.stringify(request));
  expect(requirement).toMatchObject({ key: 'session:python:256', session: true, timeoutMs: 690_000 });
  expect(requirementOf('execute', JSON.stringify({ ...request, isolation: 'vm' })).key).toBe(
    'session:python:256:vm',
  );
  const node = (
    sessions: { slots: number; languages: ('python' | 'javascript')[] } | null,
  ): Capabilities => ({
    scrape: null,
    execute: {
      slots: 1,
      languages: ['python'],
      max_memory_mb: 512,
      runtime: 'runc',
      ...(sessions && { sessions }),
    },
  });
  expect(
    [
      node(null),
      node({ slots: 1, languages: ['javascript'] }),
      node({ slots: 1, languages: ['python'] }),
      { scrape: null, execute: null },
    ].map((one) => canDo(one, requirement)),
  ).toEqual([false, false, true, false]);
});
