import { DialError } from '../guard/dial-error.ts';
import { GuardRefusal, type GuardRule, type RefusedRule, sayRule } from '../guard/refusal.ts';
import type { ScrapeFailed, ScrapeReason } from './scrape-task.ts';

const WORTH_ANOTHER_TRY: ReadonlySet<ScrapeReason> = new Set([
  'connect',
  'http',
  'timeout',
  'browser',
  'crash',
]);

/** An expected end of a scrape without a page; `toFailed` makes it the outcome. */
export class ScrapeFailure extends Error {
  override readonly name = 'ScrapeFailure';
  readonly reason: ScrapeReason;
  readonly isRetryable: boolean;
  /** For `blocked`: which rule, and whose. */
  readonly refused: RefusedRule | undefined;

  constructor(
    reason: ScrapeReason,
    message: string,
    options: { cause?: unknown; isRetryable?: boolean; refused?: RefusedRule } = {},
  ) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.isRetryable = options.isRetryable ?? WORTH_ANOTHER_TRY.has(reason);
    this.refused = options.refused;
  }
}

/** The failure that every refusal of the guard becomes, wherever it was noticed. */
export function blockedBy(rule: RefusedRule | GuardRule, cause?: unknown): ScrapeFailure {
  const refused: RefusedRule = typeof rule === 'string' ? { rule, by: 'built-in' } : rule;
  const message = `The address is not allowed (rule: ${sayRule(refused)}).`;
  return new ScrapeFailure('blocked', message, { cause, refused });
}

/** Turns what the fetch or the browser threw into the outcome. Throws on what is nobody's expected failure. */
export function toFailed(error: unknown): ScrapeFailed {
  const failure = asFailure(error);
  return {
    kind: 'failed',
    code: failure.reason === 'blocked' ? 'DOMAIN_BLOCKED' : 'SCRAPE_FAILED',
    message: failure.message,
    reason: failure.reason,
    ...(failure.refused && { refused: failure.refused }),
    retryable: failure.isRetryable,
  };
}

function asFailure(error: unknown): ScrapeFailure {
  if (error instanceof ScrapeFailure) return error;
  if (error instanceof GuardRefusal) return blockedBy(error.refused, error);
  if (error instanceof DialError) {
    return new ScrapeFailure(error.reason, error.message, { cause: error, isRetryable: !error.isLasting });
  }
  throw error;
}
