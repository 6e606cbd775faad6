/** The way into intake: one call of an agent, from its body to its answer. */

export { Intake, type IntakeOptions } from './agent-call.ts';
export { discountOf, refundOf, resultBody } from './answers.ts';
export { readIdempotencyKey } from './idempotent-job-id.ts';
export { readMaxCost } from './max-cost.ts';
export { createRequestReader, type ReadRequest, type RequestReader } from './read-request.ts';
export type { Answer, Settlement, Submission } from './submission.ts';
export type { UnpaidJob } from './unpaid-answers.ts';
export { createValidator, fieldError } from './validate.ts';
