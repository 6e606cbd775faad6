import { parseJson } from '@watt/shared';
import { type AnswerBody, isAnswerBody } from './answer-body.ts';
import type { Authorize } from './credentials.ts';
import { withDeadline } from './deadline.ts';
import { backoffMs, retryAfterMs } from './retry-delay.ts';
import type { Runtime } from './runtime.ts';
import { ConnectionError } from './watt-error.ts';

/** A screenshot of the largest size in base64, with room for its page. */
const ANSWER_BYTES = 64 * 1024 * 1024;
const LONGEST_RETRY_AFTER_MS = 60_000;
/** These end a job: the same call would only hear them again. */
const JOB_OUTCOMES = new Set(['SCRAPE_FAILED', 'NODE_FAILED', 'NO_NODE_AVAILABLE']);

export interface HttpRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  /** JSON text, sent as it is. */
  body?: string;
  headers?: Record<string, string>;
  signal: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  body: AnswerBody;
  /** From Retry-After; null without one. */
  retryAfterMs: number | null;
}

export interface HttpClient {
  /** Repeats what may be repeated and returns the last answer, whatever its status. Throws ConnectionError, or the signal's reason. */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

export interface HttpOptions {
  baseUrl: string;
  /** For one exchange, the answer's body included. */
  requestTimeoutMs: number;
  maxRetries: number;
  runtime: Runtime;
  /** Proves who calls; null for calls that prove nothing. */
  authorize: Authorize | null;
  /** The router's address as signatures name it. */
  publicUrl: string;
}

export function createHttpClient(options: HttpOptions): HttpClient {
  const { runtime, maxRetries } = options;
  const base = options.baseUrl.replace(/\/+$/, '');
  const publicBase = options.publicUrl.replace(/\/+$/, '');

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await attemptOnce(request);
      const isLast = attempt >= maxRetries;
      if ('answer' in outcome) {
        const { answer } = outcome;
        const wait = answer.retryAfterMs ?? 0;
        if (isLast || !isWorthRepeating(answer) || wait > LONGEST_RETRY_AFTER_MS) return answer;
      } else if (isLast) {
        throw connectionError(request, outcome.error);
      }
      const asked = 'answer' in outcome ? outcome.answer.retryAfterMs : null;
      await runtime.sleep(asked ?? backoffMs(attempt, runtime.random()), request.signal);
    }
  }

  async function attemptOnce(request: HttpRequest): Promise<{ answer: HttpAnswer } | { error: unknown }> {
    try {
      const ms = options.requestTimeoutMs;
      const reason = () => new Error(`No answer within ${ms} ms`);
      return {
        answer: await withDeadline({ ms, signal: request.signal, reason }, (signal) =>
          exchange(request, signal),
        ),
      };
    } catch (error) {
      request.signal.throwIfAborted();
      return { error };
    }
  }

  async function exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, body: sent = '', headers = {} } = request;
    // For each attempt anew: a signature is good for one.
    const proof = await options.authorize?.({ method, url: publicBase + request.path, body: sent, headers });
    const response = await runtime.fetch(base + request.path, {
      method,
      headers: {
        accept: 'application/json',
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
        ...proof,
      },
      ...(request.body !== undefined && { body: request.body }),
      // A redirect could carry a paid request to somebody else.
      redirect: 'manual',
      signal,
    });
    const body = parseJson(await readText(response));
    return {
      status: response.status,
      body: isAnswerBody(body) ? body : {},
      retryAfterMs: retryAfterMs(response.headers.get('retry-after'), Date.now()),
    };
  }

  return { send };
}

function isWorthRepeating({ status, body }: HttpAnswer): boolean {
  if (typeof body.code === 'string' && JOB_OUTCOMES.has(body.code)) return false;
  return status === 408 || status === 429 || status >= 500;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw new Error(`The answer is larger than ${ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function connectionError(request: HttpRequest, error: unknown): ConnectionError {
  const said = error instanceof Error ? error.message : String(error);
  return new ConnectionError({
    code: 'CONNECTION_FAILED',
    message: `${request.method} ${request.path}: ${said}`,
    fix: 'Check the base URL and the network; a paid call goes on with `watt.resume(error.ticket)`.',
    cause: error,
  });
}
