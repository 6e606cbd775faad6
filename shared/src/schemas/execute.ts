import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import type { Isolation } from './isolation.ts';
import { JobIdSchema } from './job-id.ts';
import { MaxCostSchema } from './max-cost.ts';

export const LANGUAGES = [
  'python',
  'javascript',
  'bash',
  'typescript',
  'ruby',
  'php',
  'perl',
  'lua',
  'c',
  'cpp',
  'go',
  'rust',
] as const;
export type Language = (typeof LANGUAGES)[number];
export const LanguageSchema = Type.Union([
  Type.Literal('python'),
  Type.Literal('javascript'),
  Type.Literal('bash'),
  Type.Literal('typescript'),
  Type.Literal('ruby'),
  Type.Literal('php'),
  Type.Literal('perl'),
  Type.Literal('lua'),
  Type.Literal('c'),
  Type.Literal('cpp'),
  Type.Literal('go'),
  Type.Literal('rust'),
]);

/** Languages whose programs are compiled before their time begins. */
export const COMPILED_LANGUAGES: ReadonlySet<Language> = new Set(['typescript', 'c', 'cpp', 'go', 'rust']);

const EncodingSchema = Type.Union([Type.Literal('utf8'), Type.Literal('base64')], {
  description: 'How the text stands for bytes; utf8 without it.',
});
const PathSchema = Type.String({
  minLength: 1,
  maxLength: LIMITS.pathLength,
  description: 'Below the directory in which the program starts.',
});

export const InputFileSchema = Type.Object(
  {
    path: PathSchema,
    content: Type.String({ maxLength: LIMITS.requestBodyBytes }),
    encoding: Type.Optional(EncodingSchema),
  },
  { additionalProperties: false },
);

/**
 * The body of `POST /api/v1/execute`, as the agent sends it. Source: specification, section 4; what stands behind `memory_mb` is
 * ours. Sizes in bytes and paths are checked by `executeFault`.
 */
export const ExecuteBodySchema = Type.Object(
  {
    job_id: Type.Optional(JobIdSchema),
    maxCost: Type.Optional(MaxCostSchema),
    language: LanguageSchema,
    code: Type.String({ minLength: 1, maxLength: LIMITS.codeBytes, description: 'At most 1 MiB.' }),
    timeout: Type.Optional(Type.Number({ minimum: 1, description: 'Seconds.' })),
    memory_mb: Type.Optional(Type.Integer({ minimum: LIMITS.executeMemoryMinMb, description: 'Mebibytes.' })),
    isolation: Type.Optional(
      Type.Union([Type.Literal('gvisor'), Type.Literal('vm')], {
        description: 'The least that has to stand between the program and the machine of its node.',
      }),
    ),
    args: Type.Optional(Type.Array(Type.String(), { maxItems: LIMITS.args })),
    env: Type.Optional(Type.Record(Type.String(), Type.String(), { maxProperties: LIMITS.args })),
    stdin: Type.Optional(Type.String({ maxLength: LIMITS.requestBodyBytes })),
    stdin_encoding: Type.Optional(EncodingSchema),
    files: Type.Optional(
      Type.Array(InputFileSchema, {
        maxItems: LIMITS.inputFiles,
        description: 'There when the program starts.',
      }),
    ),
    artifacts: Type.Optional(
      Type.Array(PathSchema, {
        maxItems: LIMITS.artifactsPerResult,
        description: 'Files that the program leaves; they come back in `data` by these paths.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ExecuteBody = Static<typeof ExecuteBodySchema>;

export interface InputFile {
  path: string;
  content: string;
  encoding?: 'base64';
}

/**
 * An execution with every default filled in: what is priced, stored and sent to a node. What an agent leaves out, or gives as
 * its default, is not there, so that a request has one form only.
 */
export interface ExecuteRequest {
  language: Language;
  code: string;
  timeout: number;
  memory_mb: number;
  isolation?: Exclude<Isolation, 'container'>;
  args?: string[];
  env?: Record<string, string>;
  stdin?: string;
  stdin_encoding?: 'base64';
  files?: InputFile[];
  artifacts?: string[];
}

export function normaliseExecute(body: ExecuteBody): ExecuteRequest {
  const { isolation, args = [], env = {}, stdin = '', stdin_encoding, files = [], artifacts = [] } = body;
  const names = Object.keys(env).sort();
  return {
    language: body.language,
    code: body.code,
    timeout: body.timeout ?? LIMITS.executeTimeoutDefaultSeconds,
    memory_mb: body.memory_mb ?? LIMITS.executeMemoryDefaultMb,
    ...(isolation !== undefined && { isolation }),
    ...(args.length > 0 && { args }),
    ...(names.length > 0 && { env: Object.fromEntries(names.map((name) => [name, env[name] ?? ''])) }),
    ...(stdin !== '' && { stdin, ...(stdin_encoding === 'base64' && { stdin_encoding }) }),
    ...(files.length > 0 && { files: files.map(normaliseFile) }),
    ...(artifacts.length > 0 && { artifacts }),
  };
}

function normaliseFile({ path, content, encoding }: Static<typeof InputFileSchema>): InputFile {
  return { path, content, ...(encoding === 'base64' && { encoding }) };
}
