/** The way into intake: one call of an agent, from its body to its answer. */

export { Intake, type IntakeOptions } from './agent-call.ts';
export { batchUrl, discountOf, RETRY_AFTER_SECONDS, refundOf, resultBody } from './answers.ts';
export { assertText } from './assert-text.ts';
export { countedAs } from './counted-as.ts';
export { hashedJobId, idempotentJobId, readIdempotencyKey } from './idempotent-job-id.ts';
export { lowerCost, priceExceeded, readMaxCost } from './max-cost.ts';
export { createRequestReader, type ReadRequest, type RequestReader } from './read-request.ts';
export { type PaymentFinder, seekPayment } from './seek-payment.ts';
export type { Answer, Settlement, Submission } from './submission.ts';
export { type UnpaidJob, unpaid } from './unpaid-answers.ts';
export { createValidator, fieldError } from './validate.ts';
