import type { Capabilities, NodeId } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { createLink, EVERYTHING } from '../../test/harness/dispatch-fakes.ts';
import { executeRequirement, type Requirement, scrapeRequirement } from '../jobs/jobs.ts';
import { NodePool } from './node-pool.ts';

const NOBODY: ReadonlySet<NodeId> = new Set();
const execute = executeRequirement({ language: 'python', code: '', timeout: 5, memory_mb: 256 });
const scrape = (javascript: boolean, screenshots = false): Requirement =>
  scrapeRequirement({
    url: '',
    output_format: 'text',
    options: { javascript, screenshots, timeout: 5 },
  });

function pool(...capabilities: Capabilities[]) {
  const nodes = new NodePool(() => 0);
  const links = capabilities.map((can) => createLink(can));
  for (const link of links) nodes.add(link, { scrape: 0, execute: 0, session: 0 });
  return { nodes, links };
}

const executing = (
  slots: number,
  more: Partial<NonNullable<Capabilities['execute']>> = {},
): Capabilities => ({
  scrape: null,
  execute: { slots, languages: ['python'], max_memory_mb: 256, runtime: 'runc', ...more },
});
const scraping = (javascript: boolean, screenshots: boolean): Capabilities => ({
  scrape: { slots: 1, javascript, screenshots },
  execute: null,
});

describe('NodePool', () => {
  it.each([
    ['one that executes', executing(1), execute, true],
    ['one of another language', executing(1, { languages: ['bash'] }), execute, false],
    ['one with too little memory', executing(1, { max_memory_mb: 255 }), execute, false],
    ['one that only scrapes', scraping(true, true), execute, false],
    ['one that only executes', executing(1), scrape(false), false],
    ['one without a browser for a static page', scraping(false, false), scrape(false), true],
    ['one without a browser for JavaScript', scraping(false, false), scrape(true), false],
    ['one without screenshots for a screenshot', scraping(true, false), scrape(false, true), false],
    ['one with a browser for all of it', scraping(true, true), scrape(true, true), true],
    ['one that can do nothing', { scrape: null, execute: null }, scrape(false), false],
  ])('offers %s only what it can', (_, capabilities, requirement, isOffered) => {
    const { nodes, links } = pool(capabilities);
    expect(nodes.choose(requirement, NOBODY)?.link).toBe(isOffered ? links[0] : undefined);
    expect(nodes.isServed(requirement)).toBe(isOffered);
  });

  it('takes the least loaded by share of its slots', () => {
    const { nodes, links } = pool(executing(2), executing(8));
    const [small, large] = links;
    nodes.count(small?.nodeId as NodeId, 'execute', 1);
    for (let i = 0; i < 3; i += 1) nodes.count(large?.nodeId as NodeId, 'execute', 1);
    expect(nodes.choose(execute, NOBODY)?.link).toBe(large);
    for (let i = 0; i < 2; i += 1) nodes.count(large?.nodeId as NodeId, 'execute', 1);
    expect(nodes.choose(execute, NOBODY)?.link).toBe(small);
  });

  it('counts slots up and down, of each service by itself, and never below none', () => {
    const { nodes, links } = pool(EVERYTHING);
    const id = links[0]?.nodeId as NodeId;
    nodes.count(id, 'execute', 1);
    expect(nodes.choose(execute, NOBODY)).toBeNull();
    expect(nodes.isServed(execute)).toBe(true);
    expect(nodes.choose(scrape(true), NOBODY)?.link.nodeId).toBe(id);
    nodes.count(id, 'execute', -1);
    nodes.count(id, 'execute', -1);
    expect(nodes.get(id)?.running).toEqual({ scrape: 0, execute: 0, session: 0 });
    nodes.count('unknown' as NodeId, 'execute', 1);
  });

  it('prefers one that did not have the job, and takes one that had when there is no other', () => {
    const { nodes, links } = pool(executing(9), executing(1));
    const tried = new Set([links[0]?.nodeId as NodeId]);
    expect(nodes.choose(execute, tried)?.link).toBe(links[1]);
    nodes.remove(links[1]?.nodeId as NodeId);
    expect(nodes.choose(execute, tried)?.link).toBe(links[0]);
  });

  it('gives a draining node nothing and does not count on it', () => {
    const { nodes, links } = pool(executing(9));
    const id = links[0]?.nodeId as NodeId;
    expect(nodes.choose(execute, NOBODY)).not.toBeNull();
    nodes.drain(id);
    expect(nodes.choose(execute, NOBODY)).toBeNull();
    expect(nodes.isServed(execute)).toBe(false);
    expect(nodes.size).toBe(1);
  });

  it('replaces a node that comes again, with what it can and runs now', () => {
    const { nodes, links } = pool(executing(1));
    const node = links[0]?.nodeId as NodeId;
    expect(nodes.choose(execute, NOBODY)).not.toBeNull();
    const again = createLink(executing(2), { node });
    nodes.add(again, { scrape: 0, execute: 1, session: 0 });
    expect(nodes.size).toBe(1);
    expect(nodes.choose(execute, NOBODY)?.link).toBe(again);
    nodes.count(node, 'execute', 1);
    expect(nodes.choose(execute, NOBODY)).toBeNull();
    nodes.remove(node);
    nodes.remove(node);
    expect([nodes.size, nodes.isServed(execute)]).toEqual([0, false]);
  });

  it('chooses among ten thousand without looking at them all', () => {
    let draws = 0;
    const nodes = new NodePool(() => {
      draws += 1;
      return (draws * 0.618) % 1;
    });
    for (let i = 0; i < 10_000; i += 1)
      nodes.add(createLink(executing(1), { node: `node-${i}` }), { scrape: 0, execute: 0, session: 0 });
    const chosen = new Set(Array.from({ length: 100 }, () => nodes.choose(execute, NOBODY)?.link.nodeId));
    expect(draws).toBeLessThanOrEqual(100 * 8);
    expect(chosen.size).toBeGreaterThan(50);
  });
});
