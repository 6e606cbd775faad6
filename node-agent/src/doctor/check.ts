/** One thing that the doctor looked at. A `warning` lets the node work; with a `failed` it earns less than it could, or nothing. */
export interface Check {
  name: string;
  state: 'ok' | 'warning' | 'failed';
  /** One line: what was measured. */
  found: string;
  /** What to do about it, where it is not ok. */
  fix?: string;
}

export function ok(name: string, found: string): Check {
  return { name, state: 'ok', found };
}

export function warning(name: string, found: string, fix: string): Check {
  return { name, state: 'warning', found, fix };
}

export function failed(name: string, found: string, fix: string): Check {
  return { name, state: 'failed', found, fix };
}
