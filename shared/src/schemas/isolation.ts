import { Type } from 'typebox';

/** From the weakest to the strongest: a shared kernel, a kernel in user space (gVisor), a machine of its own (Kata). */
export const ISOLATIONS = ['container', 'gvisor', 'vm'] as const;
export type Isolation = (typeof ISOLATIONS)[number];
export const IsolationSchema = Type.Union([
  Type.Literal('container'),
  Type.Literal('gvisor'),
  Type.Literal('vm'),
]);

/** Whether what a node has is at least what is asked for. */
export function isIsolatedAtLeast(has: Isolation, asked: Isolation): boolean {
  return ISOLATIONS.indexOf(has) >= ISOLATIONS.indexOf(asked);
}
