/** The way into batches: many pages, one payment. */
export { BatchCalls } from './batch-calls.ts';
export type { BatchRecord } from './batch-record.ts';
export { type Batches, createBatches } from './create-batches.ts';
