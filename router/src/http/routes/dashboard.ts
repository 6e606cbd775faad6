import type { FastifyInstance } from 'fastify';
import { readDashboard } from '../../dashboard/dashboard.ts';

/**
 * Names of nodes and domains come from strangers. The page makes no markup of text, and this keeps it so: no inline script or
 * style, nothing from elsewhere, and a browser that knows Trusted Types refuses `innerHTML` altogether.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Kept, but asked for each time: all files of one page then belong to one version.
  'cache-control': 'no-cache',
};

/** `GET /dashboard`: the page for operators and visitors, and the files it loads. It reads the public API only. */
export function dashboardRoutes(app: FastifyInstance): void {
  for (const file of readDashboard()) {
    app.get(file.path, async (request, reply) => {
      reply.headers({ ...HEADERS, etag: file.etag });
      if (namesTag(request.headers['if-none-match'], file.etag)) return reply.code(304).send();
      return reply.type(file.type).send(file.body);
    });
  }
  // The page's links are relative to `/dashboard`.
  app.get('/dashboard/', async (_request, reply) => reply.redirect('../dashboard', 308));
}

/** RFC 9110, section 13.1.2: a list of tags, compared weakly, or `*`. */
function namesTag(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}
