import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import type { Isolation } from './isolation.ts';
import { JobIdSchema } from './job-id.ts';
import { MaxCostSchema } from './max-cost.ts';
import { PROGRAM_FAULTS } from './payload.ts';

/** Languages that have a kernel: an interpreter that keeps its state between calls. */
export const SESSION_LANGUAGES = ['python', 'javascript'] as const;
export type SessionLanguage = (typeof SESSION_LANGUAGES)[number];
export const SessionLanguageSchema = Type.Union([Type.Literal('python'), Type.Literal('javascript')]);

/** The body of `POST /api/v1/sessions`: an interpreter in a container of its own, alive for at most so many minutes. */
export const SessionBodySchema = Type.Object(
  {
    job_id: Type.Optional(JobIdSchema),
    maxCost: Type.Optional(MaxCostSchema),
    language: SessionLanguageSchema,
    minutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: LIMITS.sessionMinutesMax,
        description: 'Paid in advance; whole minutes that are not begun go back to the payer.',
      }),
    ),
    memory_mb: Type.Optional(Type.Integer({ minimum: LIMITS.executeMemoryMinMb, description: 'Mebibytes.' })),
    isolation: Type.Optional(
      Type.Union([Type.Literal('gvisor'), Type.Literal('vm')], {
        description: 'The least that has to stand between the programs and the machine of their node.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type SessionBody = Static<typeof SessionBodySchema>;

/** What is priced, stored and sent to a node: an execution with a `session` in place of a program. */
export interface SessionRequest {
  language: SessionLanguage;
  memory_mb: number;
  isolation?: Exclude<Isolation, 'container'>;
  session: { minutes: number };
}

export function normaliseSession(body: SessionBody): SessionRequest {
  return {
    language: body.language,
    memory_mb: body.memory_mb ?? LIMITS.executeMemoryDefaultMb,
    ...(body.isolation !== undefined && { isolation: body.isolation }),
    session: { minutes: body.minutes ?? LIMITS.sessionMinutesDefault },
  };
}

const CallIdSchema = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  description:
    'A lower-case UUID. A call that is repeated with its id runs once and is answered with the same result.',
});

/** The body of `POST /api/v1/sessions/:id/calls`. */
export const SessionCallBodySchema = Type.Object(
  {
    call_id: Type.Optional(CallIdSchema),
    code: Type.String({ minLength: 1, maxLength: LIMITS.codeBytes, description: 'At most 1 MiB.' }),
    timeout: Type.Optional(
      Type.Number({ minimum: 1, maximum: LIMITS.sessionCallSecondsMax, description: 'Seconds.' }),
    ),
  },
  { additionalProperties: false },
);
export type SessionCallBody = Static<typeof SessionCallBodySchema>;

/** The body of a `call` frame. */
export const SessionCallSchema = Type.Object({
  code: Type.String({ minLength: 1, maxLength: LIMITS.codeBytes }),
  /** Seconds. */
  timeout: Type.Number({ minimum: 1, maximum: LIMITS.sessionCallSecondsMax }),
});
export type SessionCall = Static<typeof SessionCallSchema>;

/**
 * The body of a `call_result` frame, in RFC 8785 form. `value` is what the last expression came to, as the language writes it. After
 * `EXECUTION_TIMEOUT` and `EXECUTION_ERROR` the kernel lives on with what it has; with `SESSION_ENDED` this call was its last.
 */
export const SessionCallPayloadSchema = Type.Object({
  success: Type.Boolean(),
  code: Type.Optional(Type.Union([...PROGRAM_FAULTS, Type.Literal('SESSION_ENDED')])),
  error: Type.Optional(Type.String()),
  output: Type.Object({
    stdout: Type.String(),
    stderr: Type.String(),
    value: Type.Union([Type.String(), Type.Null()]),
  }),
  metadata: Type.Object({
    execution_ms: Type.Number(),
    stdout_truncated: Type.Optional(Type.Boolean()),
    stderr_truncated: Type.Optional(Type.Boolean()),
    value_truncated: Type.Optional(Type.Boolean()),
    /** The system killed a process of this call because the session had used up its memory. */
    oom: Type.Optional(Type.Boolean()),
  }),
});
export type SessionCallPayload = Static<typeof SessionCallPayloadSchema>;

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** How a session came to its end. All of these are charged by the minutes that were begun. */
export const SessionEndSchema = Type.Union([
  Type.Literal('closed'),
  Type.Literal('expired'),
  Type.Literal('kernel_exited'),
  Type.Literal('kernel_hung'),
  Type.Literal('out_of_memory'),
  Type.Literal('calls_used_up'),
]);
export type SessionEnd = Static<typeof SessionEndSchema>;

/** The result of a session, hashed and signed by its node when it ends: what was asked and answered, in order, by hash. */
export const SessionPayloadSchema = Type.Object({
  success: Type.Literal(true),
  data: Type.Object({
    ended: SessionEndSchema,
    calls: Type.Array(
      Type.Object({
        call_id: Type.String(),
        code_sha256: Sha256,
        /** Of the body of the `call_result`. */
        result_sha256: Sha256,
        /** Unix milliseconds. */
        started_at: Type.Integer(),
        finished_at: Type.Integer(),
      }),
      { maxItems: LIMITS.sessionCalls },
    ),
  }),
  metadata: Type.Object({
    language: Type.String(),
    /** From the kernel's readiness to its end. */
    alive_ms: Type.Integer({ minimum: 0 }),
    cpu_ms: Type.Optional(Type.Number()),
    memory_used_mb: Type.Number(),
  }),
});
export type SessionPayload = Static<typeof SessionPayloadSchema>;
