import type { CodeAnswer, ScrapeAnswer, Watt } from '@watt/client';
import type { Machine } from '../machine.ts';
import type { NetworkFile } from '../network/network-file.ts';
import type { Teller } from './teller.ts';

/** What the parts of the story share. */
export interface Scene {
  teller: Teller;
  watt: Watt;
  file: NetworkFile;
  machine: Machine;
  /** Different at every visit: the router allows a few scrapes an hour of one address. */
  visit: string;
  /** What was bought so far. */
  answers: (ScrapeAnswer | CodeAnswer)[];
  /** Base units on the chain. */
  balanceOf: (wallet: string) => Promise<bigint>;
  /** Milliseconds that the latest payment took, from signing to confirmation. */
  lastPaymentMs: () => number;
}

/** Stops a line of the story when what came back is not what was bought. */
export function expectThat(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}
