/** A state machine as data: every state with the states that may follow it. */
export type TransitionTable<State extends string> = { readonly [from in State]: readonly State[] };

export function canMove<State extends string>(
  table: TransitionTable<State>,
  from: State,
  to: State,
): boolean {
  return table[from].includes(to);
}

/** Throws where a caller would leave the table: a broken invariant, not an expected outcome. */
export function assertCanMove<State extends string>(
  table: TransitionTable<State>,
  move: { from: State; to: State },
): void {
  if (!canMove(table, move.from, move.to)) throw new Error(`No transition from ${move.from} to ${move.to}`);
}

/** The states that may move to this one; what an `update … where state in (…)` is written with. */
export function statesBefore<State extends string>(table: TransitionTable<State>, to: State): State[] {
  return (Object.keys(table) as State[]).filter((from) => table[from].includes(to));
}
