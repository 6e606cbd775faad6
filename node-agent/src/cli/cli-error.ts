export interface CliErrorOptions {
  /** What to do about it. */
  fix?: string;
  exitCode?: number;
  cause?: unknown;
}

/** A fault that the person at the keyboard can mend: what is wrong, and what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly fix: string;
  readonly exitCode: number;

  constructor(message: string, options: CliErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.fix = options.fix ?? '';
    this.exitCode = options.exitCode ?? 1;
  }
}
