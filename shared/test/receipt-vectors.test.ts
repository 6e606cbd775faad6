import { expect, test } from 'vitest';
import { verifyReceipt } from '../src/receipt.ts';
import { referenceVerify } from '../vectors/reference.ts';
import { readVectors } from './read-vectors.ts';

const vectors = readVectors('receipts.json');

test.each(vectors)('$name', ({ router, receipt, request_body, response, valid }) => {
  const check = verifyReceipt(receipt, {
    router,
    ...(request_body !== undefined && { requestBody: request_body }),
    ...(response && { response }),
  });
  expect(check.valid).toBe(valid);
  if (check.valid) expect(check.facts).toEqual(JSON.parse(receipt.receipt));
});

test.each(vectors)('tweetnacl agrees on both signatures: $name', ({ router, receipt, valid }) => {
  const isRouters = referenceVerify(router, 'watt/receipt/1', receipt.receipt, receipt.router_signature);
  const { node_statement, node_signature } = receipt;
  const facts = JSON.parse(receipt.receipt);
  const node = String(facts.node);
  const domain = facts.copy ? 'watt/copy/1' : 'watt/frame/1';
  const isNodes =
    node_statement !== null &&
    node_signature !== null &&
    node !== 'null' &&
    referenceVerify(node, domain, node_statement, node_signature);
  const fault = faultOf(verifyReceipt(receipt, { router }));
  if (valid) expect([isRouters, isNodes]).toEqual([true, receipt.node_statement !== null]);
  expect(isRouters).toBe(fault !== 'the router’s signature does not match');
  if (isRouters && fault === 'the node’s signature does not match') expect(isNodes).toBe(false);
});

function faultOf(check: ReturnType<typeof verifyReceipt>): string | null {
  return check.valid ? null : check.fault;
}

test('each way of being invalid is told apart', () => {
  const faults = vectors
    .filter(({ valid }) => !valid)
    .map(({ receipt, router, request_body, response }) =>
      faultOf(
        verifyReceipt(receipt, {
          router,
          ...(request_body && { requestBody: request_body }),
          ...(response && { response }),
        }),
      ),
    );
  expect(new Set(faults)).toEqual(
    new Set([
      'the router’s signature does not match',
      'the receipt does not have the form of version 1',
      'the receipt names another router',
      'the shares do not add up to the charge',
      'the charge does not follow from the settlement',
      'a charged job needs a node’s signature',
      'the node’s signature does not match',
      'router and node signed different things',
      'the settlement does not follow from the node’s outcome',
      'a copy is charged and no node’s work',
      'the node’s statement is not about a copy',
      'the copy is of another request',
      'the copy was older than is allowed',
      'the receipt is for another request',
      'the receipt is for another result',
    ]),
  );
});
