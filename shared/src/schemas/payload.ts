import { type Static, Type } from 'typebox';

/** A file in a result. Nodes send it as a binary frame; the router adds `base64` where it answers agents. */
export const ArtifactRefSchema = Type.Object({
  content_type: Type.String(),
  sha256: Type.String(),
  size_bytes: Type.Integer(),
  width: Type.Optional(Type.Integer()),
  height: Type.Optional(Type.Integer()),
});
export type ArtifactRef = Static<typeof ArtifactRefSchema>;
export type Artifact = ArtifactRef & { bytes: Uint8Array };

/** What a node's scrape returns, hashed and signed in canonical form. */
export const ScrapePayloadSchema = Type.Object({
  success: Type.Literal(true),
  data: Type.Record(Type.String(), Type.Unknown()),
  metadata: Type.Object({
    url: Type.String(),
    scraped_at: Type.String(),
    size_bytes: Type.Integer(),
    execution_ms: Type.Integer(),
  }),
});

/** Beside a scrape's result, for a request with `max_age`: whether a copy served it. The router's word, not the node's. */
export const CacheSchema = Type.Union([
  Type.Object({ hit: Type.Literal(false) }),
  Type.Object({ hit: Type.Literal(true), age_seconds: Type.Integer(), made_at: Type.String() }),
]);
export type Cache = Static<typeof CacheSchema>;

/** What a program is told that did not end well. */
export const PROGRAM_FAULTS = [
  Type.Literal('EXECUTION_ERROR'),
  Type.Literal('EXECUTION_TIMEOUT'),
  Type.Literal('OUT_OF_MEMORY'),
] as const;

/** What a node's execution returns. A program that fails or runs out of time is still work done. */
export const ExecutePayloadSchema = Type.Object({
  success: Type.Boolean(),
  code: Type.Optional(Type.Union([...PROGRAM_FAULTS])),
  error: Type.Optional(Type.String()),
  /** The artifacts that were asked for, by path: a file, or the problem that kept it away. */
  data: Type.Optional(
    Type.Record(Type.String(), Type.Union([ArtifactRefSchema, Type.Object({ problem: Type.String() })])),
  ),
  output: Type.Object({
    stdout: Type.String(),
    stderr: Type.String(),
    exit_code: Type.Union([Type.Integer(), Type.Null()]),
  }),
  metadata: Type.Object({
    language: Type.String(),
    execution_ms: Type.Number(),
    memory_used_mb: Type.Number(),
  }),
});

/** What a node returns when it could not do the work. Nothing is charged. */
export const FailurePayloadSchema = Type.Object({
  success: Type.Literal(false),
  code: Type.String(),
  error: Type.String(),
  /** Why, for programs. `rule` names what refused a blocked address, `rule_by` whose rule it is, `pattern` its entry. */
  metadata: Type.Optional(
    Type.Object({
      reason: Type.String({ maxLength: 40 }),
      retryable: Type.Boolean(),
      rule: Type.Optional(Type.String({ maxLength: 40 })),
      rule_by: Type.Optional(Type.String({ maxLength: 40 })),
      pattern: Type.Optional(Type.String({ maxLength: 300 })),
    }),
  ),
});
export type FailurePayload = Static<typeof FailurePayloadSchema>;
