import type { Submission } from './submission.ts';

/** Wallets that never paid count by their address: they are made faster than any limit counts them. */
export function countedAs({ authority, address }: Pick<Submission, 'authority' | 'address'>): string {
  return authority?.isCustomer ? authority.wallet : address;
}
