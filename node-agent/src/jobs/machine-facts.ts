import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { LIMITS, type NodeClass } from '@watt/shared';

/** What the choice of defaults depends on. */
export interface MachineFacts {
  cores: number;
  memoryMb: number;
  class: NodeClass;
  isRoot: boolean;
}

export function readMachineFacts(): MachineFacts {
  return {
    cores: availableParallelism(),
    memoryMb: Math.floor(totalmem() / 1024 / 1024),
    class: detectClass(),
    isRoot: process.getuid?.() === 0,
  };
}

function detectClass(): NodeClass {
  if (existsSync('/dev/nvidia0') || existsSync('/dev/kfd')) return 'gpu';
  try {
    return /raspberry pi/i.test(readFileSync('/proc/device-tree/model', 'utf8')) ? 'pi' : 'pc';
  } catch {
    // Only boards with a device tree have the file.
    return 'pc';
  }
}

/** How many jobs of each kind run at a time where the operator did not say. Memory is what home machines lack first. */
export function defaultSlots({ cores, memoryMb }: MachineFacts): { scrape: number; execute: number } {
  return {
    scrape: clamp(Math.min(cores * 2, Math.floor(memoryMb / 512)), 1, 16),
    execute: clamp(Math.min(cores, Math.floor(memoryMb / 1024)), 1, 8),
  };
}

/** Sessions at a time: half as many as programs, in at most a quarter of the memory if each takes what most ask for. */
export function sessionSlots({ memoryMb }: Pick<MachineFacts, 'memoryMb'>, executeSlots: number): number {
  const fitting = Math.floor(memoryMb / 4 / LIMITS.executeMemoryDefaultMb);
  return clamp(Math.min(Math.floor(executeSlots / 2), fitting), 1, executeSlots);
}

/** Chromium takes about 300 MB for each page that it renders. */
export function browserSlots({ cores, memoryMb }: MachineFacts): number {
  return clamp(Math.min(cores, Math.floor(memoryMb / 1024)), 1, 4);
}

/** Threads that read pages. Each may need half a gigabyte for the largest page there is. */
export function parserThreads({ cores, memoryMb }: MachineFacts): number {
  return clamp(Math.min(cores, Math.floor(memoryMb / 1024)), 1, 4);
}

/** The largest program that may run here: at most half of the machine. */
export function maxJobMemoryMb({ memoryMb }: MachineFacts, limitMb: number): number {
  return Math.min(limitMb, Math.floor(memoryMb / 2));
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
