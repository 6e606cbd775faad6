import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson, sha256Hex } from './canonical.ts';
import { parseUrl } from './net/parse-url.ts';
import { ArtifactRefSchema } from './schemas/payload.ts';
import { normaliseScrape, type ScrapeBody, type ScrapeRequest } from './schemas/scrape.ts';
import { parseJson } from './wire/frame.ts';

/** What a node signs about a result that others may be given: nothing of the job, the agent or the payment that it was made for. */
const CopyStatementSchema = Type.Object(
  {
    node: Type.String(),
    /** `copyKey()` of the request. */
    request_sha256: Type.String(),
    /** SHA-256 of the result in RFC 8785 form. */
    body_sha256: Type.String(),
    artifacts: Type.Array(ArtifactRefSchema),
    /** Unix milliseconds, by the node's clock. */
    finished_at: Type.Integer(),
  },
  { additionalProperties: false },
);
export type CopyStatement = Static<typeof CopyStatementSchema>;

const statementCheck = Compile(CopyStatementSchema);

/** The text that a node signs as `watt/copy/1`. `result` is the header of its result. */
export function copyStatement(result: Omit<CopyStatement, 'request_sha256'>, key: string): string {
  const { node, body_sha256, artifacts, finished_at } = result;
  return canonicalJson({ node, request_sha256: key, body_sha256, artifacts, finished_at });
}

/** Null for what is no such statement. */
export function readCopyStatement(text: string): CopyStatement | null {
  const statement = parseJson(text);
  return statementCheck.Check(statement) ? statement : null;
}

/**
 * What two requests must have in common for one to be served with the other's result: SHA-256 of the normalised request, without what says
 * nothing about the page: how old it may be, and how long it may take.
 */
export function copyKey(request: ScrapeRequest): string {
  const { max_age: _, timeout: __, ...options } = request.options;
  return sha256Hex(canonicalJson({ ...request, options }));
}

/** The keys that an agent's own body asks for, one for each page, and how old copies may be. Null where copies are not allowed. */
export function copyWishOf(body: string | Uint8Array): { keys: string[]; maxAge: number } | null {
  const parsed = parseJson(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
  const { url, urls, ...common } = (parsed ?? {}) as Partial<ScrapeBody> & { urls?: unknown };
  const maxAge = common.options?.max_age;
  const pages = Array.isArray(urls) ? urls.map(String) : url === undefined ? [] : [url];
  if (typeof maxAge !== 'number' || !pages.every((page) => parseUrl(page) !== null)) return null;
  // As the router reads an address, it is stored and fetched.
  const keys = pages.map((page) =>
    copyKey({ ...normaliseScrape({ ...common, url: page }), url: new URL(page).href }),
  );
  return { keys, maxAge };
}
