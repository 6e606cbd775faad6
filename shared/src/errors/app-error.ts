import { ERRORS, type ErrorCode, type ErrorEntry } from './catalogue.ts';

export interface AppErrorOptions {
  /** One sentence about this case; the catalogue's title when left out. */
  detail?: string;
  /** Members that stand beside the problem document, such as `payment` or `errors`. */
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** An expected failure with a code of the catalogue; HTTP handlers turn it into a problem document. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly extra: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.detail ?? ERRORS[code].title, { cause: options.cause });
    this.code = code;
    this.extra = options.extra ?? {};
    this.headers = options.headers ?? {};
  }

  get entry(): ErrorEntry {
    return ERRORS[this.code];
  }

  /** Only at the edges: whatever is not an AppError becomes INTERNAL, with the original as its cause. */
  static from(error: unknown): AppError {
    return error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
  }
}

/** The specification's error shape, which is also an RFC 9457 problem document. */
export interface Problem {
  success: false;
  error: string;
  code: ErrorCode;
  type: string;
  title: string;
  status: number;
  detail: string;
  fix: string;
  [member: string]: unknown;
}

export function toProblem(error: AppError): Problem {
  const { status, title, fix } = error.entry;
  return {
    success: false,
    error: error.message,
    code: error.code,
    type: `urn:watt:error:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: error.message,
    fix,
    ...error.extra,
  };
}
