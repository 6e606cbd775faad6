import {
  facts,
  node,
  nothing,
  payload,
  type ReceiptVector,
  response,
  router,
  screenshotRef,
  sha256,
  sign,
  statement,
} from './receipt-parts.ts';
import { referenceKey, referenceSign } from './reference.ts';

const copyBody = '{"url":"https://EXAMPLE.com","options":{"timeout":9,"max_age":600}}';
const copyKey = sha256(
  '{"options":{"javascript":false,"screenshots":false},"output_format":"text","url":"https://example.com/"}',
);
// Members in the order of RFC 8785, as above.
const copyStatement = {
  artifacts: [screenshotRef],
  body_sha256: sha256(payload),
  finished_at: 1767225600012,
  node: node.publicKey,
  request_sha256: copyKey,
};
const copyFacts = {
  ...facts,
  attempt_id: null as string | null,
  burned: '60000',
  charged: '40000000',
  copy: { made_at: '2026-01-01T00:00:00.012Z', max_age: 600, request_sha256: copyKey },
  finished_at: '2026-01-01T00:10:00.012Z',
  node_share: '28000000',
  request_sha256: sha256(copyBody),
  revenue: '11940000',
};

/** Receipts of jobs that were served from a copy. */
export function copyReceiptVectors(): ReceiptVector[] {
  const copied = (
    name: string,
    valid: boolean,
    change: { facts?: object; copy?: object; statement?: object; known?: Partial<ReceiptVector> } = {},
  ): ReceiptVector => {
    const copy = { ...copyFacts.copy, ...change.copy };
    const text = JSON.stringify({ ...copyStatement, ...change.statement });
    const signed = sign({ ...copyFacts, copy, ...change.facts }, null);
    return {
      name: `copy: ${name}`,
      router: router.publicKey,
      ...change.known,
      receipt: {
        ...signed,
        node_statement: text,
        node_signature: referenceSign(node, 'watt/copy/1', text),
      },
      valid,
    };
  };
  const known = { request_body: copyBody, response };
  const good = copied('of the full age', true, { known });
  const batch = copyBody.replace(
    '"url":"https://EXAMPLE.com"',
    '"urls":["https://example.org/","https://example.com"]',
  );
  const ofBody = (body: string) => ({
    known: { request_body: body },
    facts: { request_sha256: sha256(body) },
  });
  const inFrame = referenceSign(node, 'watt/frame/1', good.receipt.node_statement ?? '');
  return [
    good,
    copied('a page of a batch', true, ofBody(batch)),
    copied('a millisecond too old', false, { facts: { finished_at: '2026-01-01T00:10:00.013Z' } }),
    copied('younger than its node says', false, { copy: { made_at: '2026-01-01T00:00:00.013Z' } }),
    copied('of no time', false, { copy: { made_at: 'yesterday' } }),
    copied('of an age that the body does not allow', false, {
      copy: { max_age: 601 },
      known: { request_body: copyBody },
    }),
    copied('for a body that allows none', false, ofBody('{"url":"https://example.com/"}')),
    copied('of another page', false, ofBody('{"url":"https://example.com/other","options":{"max_age":600}}')),
    copied(
      'in another form',
      false,
      ofBody(copyBody.replace('"options"', '"output_format":"html","options"')),
    ),
    copied('of another request than the node signed', false, { copy: { request_sha256: sha256('x') } }),
    copied('of another result than the node signed', false, { facts: { result_sha256: sha256('x') } }),
    copied('by another node', false, { facts: { node: referenceKey(27).publicKey } }),
    copied('named another node by the node', false, { statement: { node: referenceKey(27).publicKey } }),
    copied('with an attempt', false, { facts: { attempt_id: statement.attempt_id } }),
    copied('that is not charged', false, { facts: nothing }),
    copied('with more in the statement', false, { statement: { job_id: facts.job_id } }),
    copied('with another answer', false, { known: { response: { ...response, success: false } } }),
    {
      ...good,
      name: 'copy: signed as a frame',
      receipt: { ...good.receipt, node_signature: inFrame },
      valid: false,
    },
    {
      ...good,
      name: 'copy: proven by a result',
      receipt: { ...sign(copyFacts, statement) },
      valid: false,
    },
    { ...good, name: 'copy: without a statement', receipt: sign(copyFacts, null), valid: false },
    {
      ...good,
      name: 'copy: not said to be one',
      receipt: { ...good.receipt, ...routerPart({ ...copyFacts, copy: undefined }) },
      valid: false,
    },
  ];
}

function routerPart(routerFacts: object): Pick<ReceiptVector['receipt'], 'receipt' | 'router_signature'> {
  const { receipt, router_signature } = sign(routerFacts, null);
  return { receipt, router_signature };
}
