/**
 * Every error that leaves the router, with its HTTP status and what to do about it. Codes are append-only: agents branch on
 * them. The first seven are the specification's. `docs/ERRORS.md` is compared with this table by a test.
 */
export const ERRORS = {
  PAYMENT_NOT_FOUND: {
    status: 402,
    title: 'Payment not found',
    fix: 'Send the price to `payment.pay_to` with the memo given, then repeat the call.',
  },
  PAYMENT_INSUFFICIENT: {
    status: 402,
    title: 'Payment insufficient',
    fix: 'Send the missing amount with the same memo, then repeat the call.',
  },
  RATE_LIMITED: { status: 429, title: 'Too many requests', fix: 'Wait for the seconds in Retry-After.' },
  DOMAIN_BLOCKED: {
    status: 403,
    title: 'Domain not allowed',
    fix: 'Choose a public web address that is not on the block list.',
  },
  SCRAPE_FAILED: {
    status: 502,
    title: 'Could not fetch the URL',
    fix: 'Check that the address answers; the price went back to your balance.',
  },
  EXECUTION_TIMEOUT: {
    status: 200,
    title: 'Code exceeded its time limit',
    fix: 'Raise `timeout` or make the program faster.',
  },
  EXECUTION_ERROR: {
    status: 200,
    title: 'Code ended with an error',
    fix: 'Read `output.stderr` and `output.exit_code`.',
  },
  INVALID_REQUEST: {
    status: 400,
    title: 'The request is not valid',
    fix: 'Mend the fields named in `errors`.',
  },
  BODY_TOO_LARGE: { status: 413, title: 'The request body is too large', fix: 'Send at most 2 MiB.' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'The content type is not supported',
    fix: 'Send `content-type: application/json`.',
  },
  NOT_FOUND: { status: 404, title: 'No such resource', fix: 'See the paths in the documentation.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    fix: 'Use the methods in the Allow header.',
  },
  JOB_NOT_FOUND: {
    status: 404,
    title: 'No such job',
    fix: 'Check the job id; unpaid jobs are forgotten after they expire.',
  },
  JOB_ID_CONFLICT: {
    status: 409,
    title: 'The job id belongs to another request',
    fix: 'Use a new job id for a new request.',
  },
  JOB_EXPIRED: {
    status: 410,
    title: 'The job expired',
    fix: 'Use a new job id; anything paid is in your balance.',
  },
  PAYMENT_PENDING: {
    status: 202,
    title: 'Payment is not confirmed yet',
    fix: 'Poll `status_url`, or repeat the call after Retry-After. Do not pay again.',
  },
  RECEIPT_NOT_READY: {
    status: 409,
    title: 'The job has no receipt yet',
    fix: 'Wait until the job has ended.',
  },
  NODE_NOT_FOUND: { status: 404, title: 'No such node', fix: 'List the nodes at /api/v1/nodes.' },
  NO_NODE_AVAILABLE: {
    status: 503,
    title: 'No node could take the job in time',
    fix: 'Try again later; the price went back to your balance.',
  },
  NODE_FAILED: {
    status: 502,
    title: 'The nodes could not finish the job',
    fix: 'Try again; the price went back to your balance.',
  },
  INTERNAL: {
    status: 500,
    title: 'Internal error',
    fix: 'Try again; the same job id is never charged twice.',
  },
  UNAVAILABLE: { status: 503, title: 'The service is not ready', fix: 'Try again after Retry-After.' },
} as const satisfies Record<string, ErrorEntry>;

export interface ErrorEntry {
  status: number;
  title: string;
  fix: string;
}

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}
