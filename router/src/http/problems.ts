import { AppError, toProblem } from '@watt/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseUnavailable } from '../db/is-unavailable.ts';

const RETRY_AFTER_SECONDS = 2;
/** RFC 9110, section 11.6.1: every 401 says how to do better. */
const CHALLENGE = 'Bearer realm="watt"';

/** Sends the specification's error shape, which is an RFC 9457 problem document too. The text of a fault of ours never leaves. */
export function sendProblem(reply: FastifyReply, error: AppError): FastifyReply {
  const problem = toProblem(error);
  const isOurs = error.code === 'INTERNAL';
  return reply
    .code(problem.status)
    .headers({ ...(problem.status === 401 && { 'www-authenticate': CHALLENGE }), ...error.headers })
    .type('application/problem+json')
    .send(isOurs ? { ...problem, error: problem.title, detail: problem.title } : problem);
}

const FASTIFY_CODES: Record<string, AppError['code']> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_JSON_BODY: 'INVALID_REQUEST',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'INVALID_REQUEST',
};

/** Faults of the call that Fastify finds by itself, such as a body shorter than announced, are the caller's. */
function toAppError(raw: unknown): AppError {
  const { code = '', statusCode = 500 } = raw as { code?: string; statusCode?: number };
  if (isDatabaseUnavailable(raw)) {
    const headers = { 'retry-after': `${RETRY_AFTER_SECONDS}` };
    return new AppError('UNAVAILABLE', { headers, cause: raw });
  }
  const known = FASTIFY_CODES[code] ?? (isCallersFault(code, statusCode) ? 'INVALID_REQUEST' : null);
  return known ? new AppError(known, { cause: raw }) : AppError.from(raw);
}

function isCallersFault(code: string, status: number): boolean {
  return code.startsWith('FST_ERR_') && status >= 400 && status < 500;
}

/** Answers whatever was thrown with a problem document. */
export function answerError(raw: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toAppError(raw);
  if (error.entry.status >= 500 && error.cause) request.log.error({ err: raw }, 'request failed');
  return sendProblem(reply, error);
}

export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => {
    const detail = `${request.method} ${request.url.split('?')[0]} does not exist`;
    return sendProblem(reply, new AppError('NOT_FOUND', { detail }));
  });
}
