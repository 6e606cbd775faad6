import type { NodeId } from '@watt/shared';
import type { NodeLink } from '../hub/hub-handlers.ts';
import { canDo, type Requirement } from '../jobs/jobs.ts';
import { RandomSet } from './random-set.ts';

/** Slots are counted for each of these by itself. */
export type Lane = 'scrape' | 'execute' | 'session';

/** A connected node with what it runs for us. */
export interface PooledNode {
  link: NodeLink;
  running: Record<Lane, number>;
  isDraining: boolean;
}

const CANDIDATES = 4;
const TRIES_FOR_UNTRIED = 8;
const MAX_KEYS = 2000;

/**
 * The connected nodes, indexed by what they can do and whether they have a free slot. Choosing costs the same with ten nodes
 * and with ten thousand: a few are drawn at random and the least loaded one wins.
 */
export class NodePool {
  readonly #nodes = new Map<NodeId, PooledNode>();
  readonly #free = new Map<string, { requirement: Requirement; nodes: RandomSet<PooledNode> }>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  get size(): number {
    return this.#nodes.size;
  }

  add(link: NodeLink, running: PooledNode['running']): void {
    this.remove(link.nodeId);
    const node: PooledNode = { link, running, isDraining: false };
    this.#nodes.set(link.nodeId, node);
    this.#refresh(node);
  }

  remove(nodeId: NodeId): void {
    const node = this.#nodes.get(nodeId);
    if (!node) return;
    this.#nodes.delete(nodeId);
    for (const { nodes } of this.#free.values()) nodes.delete(node);
  }

  get(nodeId: NodeId): PooledNode | undefined {
    return this.#nodes.get(nodeId);
  }

  drain(nodeId: NodeId): void {
    const node = this.#nodes.get(nodeId);
    if (!node) return;
    node.isDraining = true;
    this.#refresh(node);
  }

  /** Counts a job onto (+1) or off (-1) a node. */
  count(nodeId: NodeId, lane: Lane, change: 1 | -1): void {
    const node = this.#nodes.get(nodeId);
    if (!node) return;
    node.running[lane] = Math.max(0, node.running[lane] + change);
    this.#refresh(node);
  }

  /** Whether any connected node could do this, busy or not. */
  isServed(requirement: Requirement): boolean {
    for (const node of this.#nodes.values()) {
      if (!node.isDraining && canDo(node.link.hello.capabilities, requirement)) return true;
    }
    return false;
  }

  /** A node with a free slot, one that is not in `tried` if such a one can be found; null when all are busy. */
  choose(requirement: Requirement, tried: ReadonlySet<NodeId>): PooledNode | null {
    const { nodes } = this.#indexFor(requirement);
    let best: PooledNode | null = null;
    for (const node of nodes.sample(tried.size > 0 ? TRIES_FOR_UNTRIED : CANDIDATES, this.#random)) {
      if (!best || isBetter(node, best, { lane: laneOf(requirement), tried })) best = node;
    }
    return best;
  }

  #indexFor(requirement: Requirement): { nodes: RandomSet<PooledNode> } {
    const known = this.#free.get(requirement.key);
    if (known) return known;
    if (this.#free.size >= MAX_KEYS) this.#free.clear();
    const entry = { requirement, nodes: new RandomSet<PooledNode>() };
    for (const node of this.#nodes.values()) if (isFree(node, requirement)) entry.nodes.add(node);
    this.#free.set(requirement.key, entry);
    return entry;
  }

  #refresh(node: PooledNode): void {
    for (const { requirement, nodes } of this.#free.values()) {
      if (isFree(node, requirement)) nodes.add(node);
      else nodes.delete(node);
    }
  }
}

export function laneOf(requirement: Requirement): Lane {
  return requirement.service === 'execute' && requirement.session ? 'session' : requirement.service;
}

function slotsOf(node: PooledNode, lane: Lane): number {
  const { capabilities } = node.link.hello;
  return (lane === 'session' ? capabilities.execute?.sessions : capabilities[lane])?.slots ?? 0;
}

function isFree(node: PooledNode, requirement: Requirement): boolean {
  const lane = laneOf(requirement);
  if (node.isDraining || node.running[lane] >= slotsOf(node, lane)) return false;
  return canDo(node.link.hello.capabilities, requirement);
}

function isBetter(
  node: PooledNode,
  than: PooledNode,
  by: { lane: Lane; tried: ReadonlySet<NodeId> },
): boolean {
  const wasTried = by.tried.has(node.link.nodeId);
  if (wasTried !== by.tried.has(than.link.nodeId)) return !wasTried;
  return node.running[by.lane] / slotsOf(node, by.lane) < than.running[by.lane] / slotsOf(than, by.lane);
}
