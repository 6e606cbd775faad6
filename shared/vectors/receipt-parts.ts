import { createHash } from 'node:crypto';
import { referenceKey, referenceSign } from './reference.ts';

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

export const router = referenceKey(21);
export const node = referenceKey(22);
export const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');

export const requestBody = '{"url":"https://example.com/","job_id":"3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f"}';
const screenshot = Buffer.from('not really a PNG');
export const screenshotRef = {
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
export const payload = JSON.stringify({
  data: { lookalike, screenshot: screenshotRef, title: 'Hi' },
  metadata,
  success: true,
});
export const response = {
  success: true,
  job_id: '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f',
  data: { title: 'Hi', lookalike, screenshot: { ...screenshotRef, base64: screenshot.toString('base64') } },
  metadata,
  watt_charged: 200,
  watt_burned: 0.3,
};

export const statement = {
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
export const facts = {
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
export const nothing = { charged: '0', node_share: '0', burned: '0', revenue: '0', settlement: 'voided' };

/** A receipt with these facts and, unless it is null, this statement of a node. */
export function sign(routerFacts: object, nodeStatement: object | null): ReceiptVector['receipt'] {
  const receipt = JSON.stringify(routerFacts);
  const text = nodeStatement && JSON.stringify(nodeStatement);
  return {
    receipt,
    router_signature: referenceSign(router, 'watt/receipt/1', receipt),
    node_statement: text,
    node_signature: text && referenceSign(node, 'watt/frame/1', text),
  };
}
