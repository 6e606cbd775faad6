export type Commitment = 'processed' | 'confirmed' | 'finalized';

/** How many slots old something must be to have this commitment. */
export const COMMITMENT_AGE: Readonly<Record<Commitment, number>> = {
  processed: 0,
  confirmed: 1,
  finalized: 32,
};

export function commitmentOfAge(slots: number): Commitment {
  if (slots >= COMMITMENT_AGE.finalized) return 'finalized';
  return slots >= COMMITMENT_AGE.confirmed ? 'confirmed' : 'processed';
}
