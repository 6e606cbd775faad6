import { AppError, toProblem } from '@watt/shared';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Sends the specification's error shape, which is an RFC 9457 problem document too. The text of a fault of ours never leaves. */
export function sendProblem(reply: FastifyReply, error: AppError): FastifyReply {
  const problem = toProblem(error);
  const isOurs = error.code === 'INTERNAL';
  return reply
    .code(problem.status)
    .headers(error.headers)
    .type('application/problem+json')
    .send(isOurs ? { ...problem, error: problem.title, detail: problem.title } : problem);
}

const FASTIFY_CODES: Record<string, AppError['code']> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_JSON_BODY: 'INVALID_REQUEST',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'INVALID_REQUEST',
};

/** Turns whatever a handler throws into a problem document. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((raw, request, reply) => {
    const code = FASTIFY_CODES[(raw as { code?: string }).code ?? ''];
    const error = code ? new AppError(code, { cause: raw }) : AppError.from(raw);
    if (error.code === 'INTERNAL') request.log.error({ err: raw }, 'request failed');
    return sendProblem(reply, error);
  });
  app.setNotFoundHandler((request, reply) => {
    const detail = `${request.method} ${request.url.split('?')[0]} does not exist`;
    return sendProblem(reply, new AppError('NOT_FOUND', { detail }));
  });
}
