import { copyReceiptVectors } from './copy-receipt-vectors.ts';
import {
  facts,
  node,
  nothing,
  type ReceiptVector,
  requestBody,
  response,
  router,
  screenshotRef,
  sha256,
  sign,
  statement,
} from './receipt-parts.ts';
import { malleate, referenceKey, referenceSign } from './reference.ts';

/** Receipts with what the holder knows: the router's key and, where given, the request that was sent and the answer that came. */
export function receiptVectors(): ReceiptVector[] {
  return [...valid(), ...signatures(), ...contradictions(), ...contents(), ...copyReceiptVectors()];
}

function vector(
  name: string,
  valid: boolean,
  change: { facts?: object; statement?: object; known?: Partial<ReceiptVector> } = {},
): ReceiptVector {
  return {
    name,
    router: router.publicKey,
    ...change.known,
    receipt: sign({ ...facts, ...change.facts }, { ...statement, ...change.statement }),
    valid,
  };
}

function valid(): ReceiptVector[] {
  const unserved = { ...nothing, node: null, attempt_id: null, result_sha256: null };
  return [
    vector('charged', true),
    vector('charged, with request and answer', true, { known: { request_body: requestBody, response } }),
    vector('failed on the node, nothing charged', true, { facts: nothing, statement: { outcome: 'failed' } }),
    {
      ...vector('never served, nothing charged', true),
      receipt: sign({ ...facts, ...unserved }, null),
    },
  ];
}

function signatures(): ReceiptVector[] {
  const good = sign(facts, statement);
  const bad = (name: string, change: Partial<ReceiptVector['receipt']>): ReceiptVector => ({
    name,
    router: router.publicKey,
    receipt: { ...good, ...change },
    valid: false,
  });
  return [
    { ...vector('another router’s key', false), router: referenceKey(26).publicKey },
    bad('price changed after signing', { receipt: good.receipt.replace('"200000000"', '"100000000"') }),
    bad('router’s signature in the frame domain', {
      router_signature: referenceSign(router, 'watt/frame/1', good.receipt),
    }),
    bad('router’s signature malleated', { router_signature: malleate(good.router_signature) }),
    bad('router’s signature cut short', { router_signature: good.router_signature.slice(0, 85) }),
    bad('node’s signature malleated', { node_signature: malleate(good.node_signature ?? '') }),
    bad('node’s signature by the router', {
      node_signature: referenceSign(router, 'watt/frame/1', good.node_statement ?? ''),
    }),
    bad('node’s statement left out', { node_statement: null, node_signature: null }),
  ];
}

function contradictions(): ReceiptVector[] {
  const failed = { outcome: 'failed' };
  return [
    vector('shares that do not add up', false, { facts: { revenue: '59700001' } }),
    vector('charged above the price', false, { facts: { price: '100000000' } }),
    vector('charged though voided', false, { facts: { settlement: 'voided' }, statement: failed }),
    vector('charged though the node failed', false, { statement: failed }),
    vector('voided though the node did the work', false, { facts: nothing }),
    vector('amount in hexadecimal', false, { facts: { charged: '0xbebc200' } }),
    vector('amount that is no number', false, { facts: { burned: 'some' } }),
    vector('version 2', false, { facts: { version: 2 } }),
    vector('a member of its own', false, { facts: { note: 'hello' } }),
    vector('router named differently from its key', false, { facts: { router: node.publicKey } }),
    vector('node signed another job', false, { statement: { job_id: facts.attempt_id } }),
    vector('node signed another attempt', false, { statement: { attempt_id: facts.job_id } }),
    vector('node signed another request', false, { statement: { request_sha256: sha256('x') } }),
    vector('node signed another result', false, { statement: { body_sha256: sha256('x') } }),
    vector('charged without a node', false, { facts: { node: null } }),
  ];
}

function contents(): ReceiptVector[] {
  const withData = (data: object): Partial<ReceiptVector> => ({
    response: { ...response, data: { ...response.data, ...data } },
  });
  const otherShot = { ...screenshotRef, base64: Buffer.from('another picture').toString('base64') };
  return [
    vector('another request', false, { known: { request_body: `${requestBody} ` } }),
    vector('another answer', false, { known: withData({ title: 'Ho' }) }),
    vector('answer with a member added', false, { known: withData({ more: 1 }) }),
    vector('answer with another picture', false, { known: withData({ screenshot: otherShot }) }),
    vector('answer turned into a failure', false, { known: { response: { ...response, success: false } } }),
  ];
}
