import {
  type Capabilities,
  isIsolatedAtLeast,
  normaliseSession,
  SessionBodySchema,
  type SessionRequest,
} from '@watt/shared';
import { Compile } from 'typebox/compile';

const bodyCheck = Compile(SessionBodySchema);

/** Null where it is no session, which is an execution with a `session` in place of a program. */
export function readSession(body: unknown): SessionRequest | null {
  if (typeof body !== 'object' || body === null) return null;
  const { session, ...rest } = body as { session?: unknown };
  if (typeof session !== 'object' || session === null) return null;
  const asked: unknown = { ...rest, ...session };
  return bodyCheck.Check(asked) ? normaliseSession(asked) : null;
}

/** Why this node cannot serve the session, or null. */
export function sessionFault(
  { language, memory_mb, isolation }: SessionRequest,
  { execute }: Capabilities,
): string | null {
  if (!execute?.sessions) return 'this node has no sessions';
  if (!execute.sessions.languages.includes(language)) return `no sessions in ${language} here`;
  if (memory_mb > execute.max_memory_mb) return `at most ${execute.max_memory_mb} MB of memory here`;
  const has = execute.isolation ?? 'container';
  return isIsolatedAtLeast(has, isolation ?? 'container') ? null : `only ${has} isolation here`;
}
