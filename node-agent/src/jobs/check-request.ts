import {
  type Capabilities,
  canonicalJson,
  checkScrapeOptions,
  ExecuteBodySchema,
  type ExecuteRequest,
  executeFault,
  isIsolatedAtLeast,
  type JobMessage,
  MapBodySchema,
  normaliseExecute,
  normaliseMap,
  normaliseScrape,
  parseJson,
  type Refuse,
  ScrapeBodySchema,
  type ScrapeRequest,
  type SessionRequest,
} from '@watt/shared';
import { Compile } from 'typebox/compile';
import { readSession, sessionFault } from './check-session.ts';

const scrapeCheck = Compile(ScrapeBodySchema);
const mapCheck = Compile(MapBodySchema);
const executeCheck = Compile(ExecuteBodySchema);

export type CheckedRequest =
  | { service: 'scrape'; request: ScrapeRequest }
  | { service: 'execute'; request: ExecuteRequest }
  | { service: 'session'; request: SessionRequest };

export type RequestRefusal = { refuse: Refuse['reason']; message: string };

/** Reads the body of a job as the agent's request was normalised, and holds it against what this node declared. */
export function checkRequest(
  job: Pick<JobMessage, 'service'>,
  text: string,
  capabilities: Capabilities,
): CheckedRequest | RequestRefusal {
  const body = parseJson(text);
  if (job.service === 'scrape') {
    const request = readScrape(body);
    if (!request) return invalid('not a scrape request');
    if (!isNormalised(body, request)) return invalid('the request is not in normal form');
    return scrapeRefusal(request, capabilities) ?? { service: 'scrape', request };
  }
  const session = readSession(body);
  if (session) {
    if (!isNormalised(body, session)) return invalid('the request is not in normal form');
    const fault = sessionFault(session, capabilities);
    return fault === null ? { service: 'session', request: session } : unsupported(fault);
  }
  if (!executeCheck.Check(body)) return invalid('not an execution request');
  const request = normaliseExecute(body);
  if (!isNormalised(body, request)) return invalid('the request is not in normal form');
  const fault = executeFault(request);
  if (fault) return invalid(`${fault.field} ${fault.message}`);
  return executeRefusal(request, capabilities) ?? { service: 'execute', request };
}

/** Null where it is neither a scrape nor a map, which is a scrape with a wish of its own. */
function readScrape(body: unknown): ScrapeRequest | null {
  if (scrapeCheck.Check(body)) return normaliseScrape(body);
  if (typeof body !== 'object' || body === null) return null;
  const { url, map } = body as { url?: unknown; map?: unknown };
  if (typeof map !== 'object' || map === null) return null;
  const asked: unknown = { ...map, url };
  return mapCheck.Check(asked) ? normaliseMap(asked) : null;
}

function scrapeRefusal({ options, map }: ScrapeRequest, { scrape }: Capabilities): RequestRefusal | null {
  if (!scrape) return unsupported('this node does not scrape');
  if (map && !scrape.map) return unsupported('this node maps no sites');
  if (options.javascript && !scrape.javascript) return unsupported('this node has no browser');
  if ((options.screenshots || options.pdf) && !scrape.screenshots) {
    return unsupported('this node takes no screenshots');
  }
  const fault = checkScrapeOptions(options);
  if (fault) return invalid(`${fault.field} ${fault.message}`);
  return null;
}

function executeRefusal(request: ExecuteRequest, { execute }: Capabilities): RequestRefusal | null {
  if (!execute) return unsupported('this node does not run programs');
  if (!execute.languages.includes(request.language)) return unsupported(`no ${request.language} here`);
  if (request.memory_mb > execute.max_memory_mb) {
    return unsupported(`at most ${execute.max_memory_mb} MB of memory here`);
  }
  const has = execute.isolation ?? 'container';
  if (!isIsolatedAtLeast(has, request.isolation ?? 'container'))
    return unsupported(`only ${has} isolation here`);
  return null;
}

function isNormalised(body: unknown, request: unknown): boolean {
  return canonicalJson(body) === canonicalJson(request);
}

function invalid(message: string): RequestRefusal {
  return { refuse: 'invalid', message };
}

function unsupported(message: string): RequestRefusal {
  return { refuse: 'unsupported', message };
}
