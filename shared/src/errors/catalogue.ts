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
  OUT_OF_MEMORY: {
    status: 200,
    title: 'Code used up its memory',
    fix: 'Raise `memory_mb` or make the program smaller.',
  },
  AUTHENTICATION_REQUIRED: {
    status: 401,
    title: 'The call needs a proof of who makes it',
    fix: 'Send `authorization: Bearer <API key>`, or sign the request with the wallet (RFC 9421).',
  },
  API_KEY_INVALID: {
    status: 401,
    title: 'The API key is not known',
    fix: 'Check the key letter by letter; a lost key is replaced by a new one at /api/v1/keys.',
  },
  API_KEY_REVOKED: { status: 401, title: 'The API key was revoked', fix: 'Use another key of the wallet.' },
  API_KEY_EXPIRED: { status: 401, title: 'The API key has expired', fix: 'Make a new key at /api/v1/keys.' },
  SIGNATURE_INVALID: {
    status: 401,
    title: 'The request signature does not hold',
    fix: 'Sign @method, @target-uri and content-digest of exactly this request with the wallet of `keyid`.',
  },
  SIGNATURE_EXPIRED: {
    status: 401,
    title: 'The request signature is not valid now',
    fix: 'Check the clock, and sign anew with `created` now and `expires` at most 300 seconds later.',
  },
  SIGNATURE_REPLAYED: {
    status: 401,
    title: 'The nonce of the request signature was used before',
    fix: 'Sign each attempt anew with a fresh random nonce.',
  },
  SCOPE_MISSING: {
    status: 403,
    title: 'The API key may not do this',
    fix: 'Use a key with the scope named in `scope`, or sign with the wallet.',
  },
  WALLET_SIGNATURE_REQUIRED: {
    status: 403,
    title: 'Only the wallet itself may do this',
    fix: 'Sign the request with the wallet (RFC 9421); an API key is not enough.',
  },
  KEY_NOT_FOUND: { status: 404, title: 'The wallet has no such key', fix: 'List the keys at /api/v1/keys.' },
  KEY_LIMIT_REACHED: {
    status: 409,
    title: 'The wallet has too many keys',
    fix: 'Revoke a key that is not used any more.',
  },
  BALANCE_INSUFFICIENT: {
    status: 402,
    title: 'The balance does not cover the price',
    fix: 'Deposit what `balance.missing` says, or pay this job by its memo as in `payment`; then repeat the call.',
  },
  BUDGET_EXCEEDED: {
    status: 403,
    title: 'The price is beyond the budget of the API key',
    fix: 'Wait for the next day (UTC), use a key with a larger budget, or pay this job by its memo as in `payment`.',
  },
  PRICE_EXCEEDED: {
    status: 412,
    title: 'The price is above maxCost',
    fix: 'Raise `maxCost`, or ask for less. Nothing was registered or held.',
  },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    title: 'The call needs an Idempotency-Key',
    fix: 'Send `idempotency-key` with a fresh random value, and the same value with every retry.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    fix: 'Use a new key for a new request, and the same body with the same key.',
  },
  WITHDRAWAL_TOO_SMALL: {
    status: 422,
    title: 'The withdrawal is below the minimum',
    fix: 'Withdraw at least `minimum`.',
  },
  WITHDRAWAL_NOT_COVERED: {
    status: 409,
    title: 'The balance that can be withdrawn is smaller',
    fix: 'Withdraw at most `withdrawable`; payments count once they are finalized.',
  },
  WITHDRAWAL_NOT_FOUND: {
    status: 404,
    title: 'The wallet has no such withdrawal',
    fix: 'List the withdrawals at /api/v1/withdrawals.',
  },
  X402_MALFORMED: {
    status: 400,
    title: 'The payment header cannot be read',
    fix: 'Send `PAYMENT-SIGNATURE` of x402 version 2, made from the `PAYMENT-REQUIRED` of this very request.',
  },
  X402_REFUSED: {
    status: 402,
    title: 'The payment does not fit this request',
    fix: 'Nothing was sent or charged. Pay anew from the `PAYMENT-REQUIRED` of this answer.',
  },
  X402_EXPIRED: {
    status: 402,
    title: 'The payment never reached the chain',
    fix: 'It cannot land any more, and nothing was charged. Pay anew.',
  },
  X402_FAILED: {
    status: 402,
    title: 'The payment failed on the chain',
    fix: 'Nothing was charged. Check that the wallet still holds the price, and pay anew.',
  },
  X402_BUSY: {
    status: 429,
    title: 'Too many payments are on their way',
    fix: 'Nothing was sent or charged. Repeat the call after Retry-After, or pay by memo.',
  },
  X402_UNAVAILABLE: {
    status: 503,
    title: 'x402 is not available right now',
    fix: 'Nothing was sent or charged. Pay by memo as in `payment`, or repeat the call after Retry-After.',
  },
  SESSION_ENDED: {
    status: 410,
    title: 'The session has ended',
    fix: 'Open another one; the result of this one lists its calls, and minutes that were not begun went back to your balance.',
  },
  SESSION_BUSY: {
    status: 429,
    title: 'The session has too many calls waiting',
    fix: 'Wait for the answers of the calls before; they run one after the other.',
  },
  CALL_ID_CONFLICT: {
    status: 409,
    title: 'The call id belongs to another call of this session',
    fix: 'Use a new call id for other code.',
  },
  SESSION_NOT_READY: {
    status: 409,
    title: 'The session is not ready yet',
    fix: 'Wait for Retry-After and repeat the call; nothing was run.',
  },
  WITHDRAWAL_UNDER_WAY: {
    status: 409,
    title: 'The withdrawal cannot be taken back any more',
    fix: 'Look at its `status_url`: it is paid, or its transaction may have been sent.',
  },
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
