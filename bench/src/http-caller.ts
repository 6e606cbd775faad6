import { Pool } from 'undici';

const TIMEOUT_MS = 30_000;
const SHOWN = 500;

export interface HttpCaller {
  /** Sends JSON text and reads the whole answer; throws for any status but 200. */
  post(path: string, body: string): Promise<void>;
  close(): Promise<void>;
}

/** Keep-alive connections, as many as there are calls at a time, one call on each. */
export function createHttpCaller(origin: string, concurrency: number): HttpCaller {
  const pool = new Pool(origin, {
    connections: concurrency,
    pipelining: 1,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  return {
    async post(path, body) {
      const headers = { 'content-type': 'application/json' };
      const answer = await pool.request({ method: 'POST', path, body, headers });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) {
        throw new Error(`POST ${path} answered ${answer.statusCode}: ${text.slice(0, SHOWN)}`);
      }
    },
    close: () => pool.close(),
  };
}
