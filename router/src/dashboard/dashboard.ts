import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Outside of `src`, because the compiler copies no such files: from `src/dashboard` and from `dist/dashboard` it is as far. */
const ASSETS = fileURLToPath(new URL('../../dashboard', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

export interface DashboardFile {
  /** Where it is served: `/dashboard` for the page, `/dashboard/<name>` for what the page loads. */
  path: string;
  type: string;
  /** A strong entity tag, quotes included. */
  etag: string;
  body: Buffer;
}

/** Reads the page and all that it loads. Only files of a known type are served, so nothing else can slip out of the folder. */
export function readDashboard(): DashboardFile[] {
  return readdirSync(ASSETS)
    .filter((name) => Object.hasOwn(TYPES, extname(name)))
    .map((name) => {
      const body = readFileSync(join(ASSETS, name));
      return {
        path: name === 'index.html' ? '/dashboard' : `/dashboard/${name}`,
        type: TYPES[extname(name)] ?? '',
        etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
        body,
      };
    });
}
