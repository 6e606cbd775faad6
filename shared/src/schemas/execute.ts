import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { JobIdSchema } from './job-id.ts';

export const LANGUAGES = ['python', 'javascript', 'bash'] as const;
export type Language = (typeof LANGUAGES)[number];
export const LanguageSchema = Type.Union([
  Type.Literal('python'),
  Type.Literal('javascript'),
  Type.Literal('bash'),
]);

/** The body of `POST /api/v1/execute`, as the agent sends it. Source: specification, section 4. */
export const ExecuteBodySchema = Type.Object(
  {
    job_id: Type.Optional(JobIdSchema),
    language: LanguageSchema,
    code: Type.String({ minLength: 1, maxLength: LIMITS.codeBytes, description: 'At most 1 MiB.' }),
    timeout: Type.Optional(Type.Number({ minimum: 1, description: 'Seconds.' })),
    memory_mb: Type.Optional(Type.Integer({ minimum: LIMITS.executeMemoryMinMb, description: 'Mebibytes.' })),
  },
  { additionalProperties: false },
);
export type ExecuteBody = Static<typeof ExecuteBodySchema>;

/** An execution with every default filled in: what is priced, stored and sent to a node. */
export interface ExecuteRequest {
  language: Language;
  code: string;
  timeout: number;
  memory_mb: number;
}

export function normaliseExecute(body: ExecuteBody): ExecuteRequest {
  return {
    language: body.language,
    code: body.code,
    timeout: body.timeout ?? LIMITS.executeTimeoutDefaultSeconds,
    memory_mb: body.memory_mb ?? LIMITS.executeMemoryDefaultMb,
  };
}
