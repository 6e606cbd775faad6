export type DialReason = 'dns' | 'connect' | 'timeout';

/** Thrown when a permitted target could not be reached. `isLasting` when trying again would not help. */
export class DialError extends Error {
  override readonly name = 'DialError';
  readonly reason: DialReason;
  readonly isLasting: boolean;

  constructor(reason: DialReason, message: string, options: { cause?: unknown; isLasting?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.isLasting = options.isLasting ?? false;
  }
}
