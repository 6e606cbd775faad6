import { createHash } from 'node:crypto';
import { malleate, referenceKey, referenceSign } from './reference.ts';

export interface ReceiptVector {
  name: string;
  router: string;
  request_body?: string;
  response?: Record<string, unknown>;
  receipt: {
    receipt: string;
    router_signature: string;
    node_statement: string | null;
    node_signature: string | null;
  };
  valid: boolean;
}

const router = referenceKey(21);
const node = referenceKey(22);
const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');

const requestBody = '{"url":"https://example.com/","job_id":"3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f"}';
const screenshot = Buffer.from('not really a PNG');
const screenshotRef = {
  content_type: 'image/png',
  height: 1,
  sha256: sha256(screenshot),
  size_bytes: screenshot.length,
  width: 1,
};
const metadata = {
  execution_ms: 12,
  scraped_at: '2026-01-01T00:00:00.000Z',
  size_bytes: 16,
  url: 'https://example.com/',
};
// A page's own JSON may look like a file of ours; only files that the node named are files.
const lookalike = { base64: 'aGk=', sha256: sha256('hi') };
// Written with its members in the order of RFC 8785, so that no implementation of it is needed here.
const payload = JSON.stringify({
  data: { lookalike, screenshot: screenshotRef, title: 'Hi' },
  metadata,
  success: true,
});
const response = {
  success: true,
  job_id: '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f',
  data: { title: 'Hi', lookalike, screenshot: { ...screenshotRef, base64: screenshot.toString('base64') } },
  metadata,
  watt_charged: 200,
  watt_burned: 0.3,
};

const statement = {
  type: 'result',
  session: 's'.repeat(43),
  seq: 3,
  node: node.publicKey,
  attempt_id: '11111111-1111-4111-8111-111111111111',
  job_id: response.job_id,
  service: 'scrape',
  request_sha256: sha256(requestBody),
  outcome: 'completed',
  retryable: false,
  started_at: 1767225600000,
  finished_at: 1767225600012,
  artifacts: [screenshotRef],
  body_sha256: sha256(payload),
};

// Members in the order of RFC 8785, as above.
const facts = {
  attempt_id: statement.attempt_id,
  burned: '300000',
  charged: '200000000',
  finished_at: '2026-01-01T00:00:00.050Z',
  job_id: response.job_id,
  mint: referenceKey(23).publicKey,
  node: node.publicKey as string | null,
  node_share: '140000000',
  pay_to: referenceKey(24).publicKey,
  payer: referenceKey(25).publicKey,
  payment_signatures: ['5'.repeat(88)],
  price: '200000000',
  request_sha256: sha256(requestBody),
  result_sha256: sha256(payload) as string | null,
  revenue: '59700000',
  router: router.publicKey,
  service: 'scrape',
  settlement: 'captured',
  version: 1,
};
const nothing = { charged: '0', node_share: '0', burned: '0', revenue: '0', settlement: 'voided' };

/** Receipts with what the holder knows: the router's key and, where given, the request that was sent and the answer that came. */
export function receiptVectors(): ReceiptVector[] {
  return [...valid(), ...signatures(), ...contradictions(), ...contents()];
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

function sign(routerFacts: object, nodeStatement: object | null): ReceiptVector['receipt'] {
  const receipt = JSON.stringify(routerFacts);
  const text = nodeStatement && JSON.stringify(nodeStatement);
  return {
    receipt,
    router_signature: referenceSign(router, 'watt/receipt/1', receipt),
    node_statement: text,
    node_signature: text && referenceSign(node, 'watt/frame/1', text),
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
