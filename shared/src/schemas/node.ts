import { type Static, Type } from 'typebox';
import { LanguageSchema } from './execute.ts';
import { IsolationSchema } from './isolation.ts';
import { SessionLanguageSchema } from './session.ts';

export const NodeClassSchema = Type.Union([Type.Literal('pi'), Type.Literal('pc'), Type.Literal('gpu')]);
export type NodeClass = Static<typeof NodeClassSchema>;

/** What a node can do. A node never declares what it has not tried on its own machine. */
export const CapabilitiesSchema = Type.Object({
  scrape: Type.Union([
    Type.Object({
      slots: Type.Integer({ minimum: 1, maximum: 1024 }),
      javascript: Type.Boolean(),
      screenshots: Type.Boolean(),
      map: Type.Optional(Type.Boolean({ description: 'Finds the addresses of a site.' })),
      copies: Type.Optional(
        Type.Boolean({ description: 'Signs results that others may be given copies of.' }),
      ),
    }),
    Type.Null(),
  ]),
  execute: Type.Union([
    Type.Object({
      slots: Type.Integer({ minimum: 1, maximum: 1024 }),
      languages: Type.Array(LanguageSchema, { maxItems: 64 }),
      max_memory_mb: Type.Integer({ minimum: 1 }),
      runtime: Type.String({ maxLength: 40, description: 'runc, runsc or kata.' }),
      isolation: Type.Optional(IsolationSchema),
      sessions: Type.Optional(
        Type.Object({
          slots: Type.Integer({
            minimum: 1,
            maximum: 1024,
            description: 'Of their own, beside those of jobs.',
          }),
          languages: Type.Array(SessionLanguageSchema, { maxItems: 8 }),
        }),
      ),
      toolchains: Type.Optional(
        Type.Array(
          Type.Object({
            language: LanguageSchema,
            version: Type.String({ maxLength: 40 }),
            image: Type.String({ maxLength: 80, description: 'Digest of the image that it is in.' }),
          }),
          { maxItems: 64 },
        ),
      ),
    }),
    Type.Null(),
  ]),
});
export type Capabilities = Static<typeof CapabilitiesSchema>;

export const NodeStateSchema = Type.Union([
  Type.Literal('online'),
  Type.Literal('draining'),
  Type.Literal('offline'),
]);
export type NodeState = Static<typeof NodeStateSchema>;

const Time = Type.Union([Type.String(), Type.Null()], { description: 'ISO 8601.' });

/** What a node earned, on its way to its wallet. */
export const NodePayoutViewSchema = Type.Object({
  payable: Type.Number({
    description: 'WATT that may be paid out now: earned with payments that are final.',
  }),
  payable_base: Type.String(),
  pending: Type.Number({ description: 'WATT set aside for it, not final on the chain yet.' }),
  pending_base: Type.String(),
  paid_total: Type.Number(),
  paid_total_base: Type.String(),
  last_signature: Type.Union([Type.String(), Type.Null()]),
  waiting_for: Type.Union([
    Type.Object({ code: Type.String(), text: Type.String() }, { description: 'Why not all is paid.' }),
    Type.Null(),
  ]),
  next_at: Time,
});
export type NodePayoutView = Static<typeof NodePayoutViewSchema>;

/** `GET /api/v1/nodes/:id` and the rows of `GET /api/v1/nodes`. */
export const NodeViewSchema = Type.Object({
  node_id: Type.String(),
  name: Type.String(),
  class: NodeClassSchema,
  state: NodeStateSchema,
  wallet: Type.Union([Type.String(), Type.Null()]),
  capabilities: CapabilitiesSchema,
  version: Type.String(),
  running: Type.Integer(),
  jobs_done: Type.Integer(),
  jobs_failed: Type.Integer(),
  earned_watt: Type.Number(),
  earned_base: Type.String(),
  first_seen_at: Type.String(),
  last_seen_at: Type.String(),
  payout: Type.Optional(NodePayoutViewSchema),
});
export type NodeView = Static<typeof NodeViewSchema>;
