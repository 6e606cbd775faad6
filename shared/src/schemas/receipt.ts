import { type Static, Type } from 'typebox';
import { ServiceSchema } from './job.ts';

// A pattern, because `BigInt` takes hexadecimal and the empty text as well.
const Amount = Type.String({ pattern: '^[0-9]{1,19}$' });

/** What the router signs. All amounts are base units in decimal strings; hashes are lower-case hex SHA-256. */
export const ReceiptFactsSchema = Type.Object(
  {
    version: Type.Literal(1),
    job_id: Type.String(),
    service: ServiceSchema,
    settlement: Type.Union([Type.Literal('captured'), Type.Literal('voided')]),
    /** SHA-256 of the exact bytes of the agent's HTTP body. */
    request_sha256: Type.String(),
    /** SHA-256 of the node's result in RFC 8785 form; null when no node answered. */
    result_sha256: Type.Union([Type.String(), Type.Null()]),
    price: Amount,
    charged: Amount,
    node_share: Amount,
    burned: Amount,
    revenue: Amount,
    payer: Type.Union([Type.String(), Type.Null()]),
    payment_signatures: Type.Array(Type.String()),
    mint: Type.String(),
    pay_to: Type.String(),
    node: Type.Union([Type.String(), Type.Null()]),
    attempt_id: Type.Union([Type.String(), Type.Null()]),
    router: Type.String(),
    finished_at: Type.String(),
    /** Only where the job was served from a copy that `node` had made for somebody before. */
    copy: Type.Optional(
      Type.Object(
        {
          request_sha256: Type.String({ description: 'The copy’s key: `copyKey()` of the request.' }),
          made_at: Type.String(),
          max_age: Type.Integer({ description: 'What the request allows, in seconds.' }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type ReceiptFacts = Static<typeof ReceiptFactsSchema>;

/** `GET /api/v1/jobs/:id/receipt`: the signed texts, letter for letter, with their signatures. */
export const ReceiptSchema = Type.Object({
  /** The router's facts, the exact text that its signature covers. */
  receipt: Type.String(),
  router_signature: Type.String(),
  /**
   * The header of the node's result frame, or for a copy what the node said about it (`copyStatement()`): the exact text that its signature covers,
   * as `watt/frame/1` or `watt/copy/1`. Null when no node answered.
   */
  node_statement: Type.Union([Type.String(), Type.Null()]),
  node_signature: Type.Union([Type.String(), Type.Null()]),
});
export type Receipt = Static<typeof ReceiptSchema>;
