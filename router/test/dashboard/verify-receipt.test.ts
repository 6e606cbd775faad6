import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
// @ts-expect-error a script of the browser, without types
import { verifyReceipt } from '../../dashboard/verify-receipt.js';

interface Vector {
  name: string;
  router: string;
  request_body?: string;
  response?: object;
  receipt: { receipt: string };
  valid: boolean;
}

const file = join(import.meta.dirname, '..', '..', '..', 'shared', 'vectors', 'receipts.json');
/** Signed by both and at odds with the form alone, which the page does not check. */
const OF_FORM = new Set([
  ...['amount in hexadecimal', 'version 2', 'a member of its own'],
  'copy: with more in the statement',
]);
// A browser has neither the body that was sent nor, for this check, the answer.
const vectors = (JSON.parse(readFileSync(file, 'utf8')) as Vector[]).filter(
  ({ name, valid, request_body, response }) =>
    valid || (request_body === undefined && response === undefined && !OF_FORM.has(name)),
);

test.each(vectors)('the dashboard agrees: $name', async ({ router, receipt, valid }) => {
  const { job_id: jobId } = JSON.parse(receipt.receipt);
  let isValid = false;
  try {
    const { checks } = await verifyReceipt(receipt, { routerKey: router, jobId });
    isValid = checks.every(({ holds }: { holds: boolean }) => holds);
  } catch {
    // What is no receipt at all cannot be read.
  }
  expect(isValid).toBe(valid);
});
