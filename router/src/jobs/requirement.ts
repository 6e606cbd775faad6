import {
  type Capabilities,
  COMPILED_LANGUAGES,
  type ExecuteRequest,
  type Isolation,
  isIsolatedAtLeast,
  type Language,
  LIMITS,
  type ScrapeRequest,
  type SessionRequest,
} from '@watt/shared';

/** What a node must have to take a job. Two jobs with equal keys can go to the same nodes. */
export type Requirement =
  | {
      key: string;
      service: 'scrape';
      javascript: boolean;
      screenshots: boolean;
      map?: true;
      /** A copy will do, and the result is to be signed so that others may have one. */
      copies?: true;
      timeoutMs: number;
    }
  | {
      key: string;
      service: 'execute';
      language: Language;
      memoryMb: number;
      isolation: Isolation;
      session?: true;
      timeoutMs: number;
    };

// Rounded up, so that hundreds of sizes make a handful of keys.
const MEMORY_STEP_MB = 128;
const MINUTE_MS = 60_000;
/** How long the kernel of a session may take to start, and its node to say how it ended. */
const SESSION_START_MS = 60_000;
export const SESSION_END_MS = 30_000;

export function scrapeRequirement(request: ScrapeRequest): Requirement {
  const { javascript, timeout, pdf } = request.options;
  const timeoutMs = timeout * 1000;
  if (request.map) {
    return {
      ...{ key: 'scrape:map', service: 'scrape', javascript: false, screenshots: false },
      ...{ map: true, timeoutMs },
    };
  }
  // Whoever can photograph a page can print it.
  const screenshots = request.options.screenshots || pdf === true;
  const key = `scrape:${javascript ? 'javascript' : 'static'}${screenshots ? ':screenshots' : ''}`;
  if (request.options.max_age === undefined)
    return { key, service: 'scrape', javascript, screenshots, timeoutMs };
  return { key: `${key}:copies`, service: 'scrape', javascript, screenshots, copies: true, timeoutMs };
}

export function executeRequirement(request: ExecuteRequest): Requirement {
  const { language, timeout, isolation = 'container' } = request;
  const compileSeconds = COMPILED_LANGUAGES.has(language) ? LIMITS.compileTimeoutSeconds : 0;
  const memoryMb = Math.ceil(request.memory_mb / MEMORY_STEP_MB) * MEMORY_STEP_MB;
  return {
    key: `execute:${language}:${memoryMb}${isolation === 'container' ? '' : `:${isolation}`}`,
    service: 'execute',
    language,
    memoryMb,
    isolation,
    timeoutMs: (timeout + compileSeconds) * 1000,
  };
}

/** The time of a session begins when it is leased: with that in which its kernel starts, and its result comes. */
export function sessionRequirement(request: SessionRequest): Requirement {
  const { language, isolation = 'container', session } = request;
  const memoryMb = Math.ceil(request.memory_mb / MEMORY_STEP_MB) * MEMORY_STEP_MB;
  return {
    key: `session:${language}:${memoryMb}${isolation === 'container' ? '' : `:${isolation}`}`,
    service: 'execute',
    language,
    memoryMb,
    isolation,
    session: true,
    timeoutMs: SESSION_START_MS + session.minutes * MINUTE_MS + SESSION_END_MS,
  };
}

/** Reads the requirement from a stored request. */
export function requirementOf(service: 'scrape' | 'execute', request: string): Requirement {
  const parsed: unknown = JSON.parse(request);
  if (service === 'scrape') return scrapeRequirement(parsed as ScrapeRequest);
  const program = parsed as ExecuteRequest | SessionRequest;
  return 'session' in program ? sessionRequirement(program) : executeRequirement(program);
}

export function canDo(capabilities: Capabilities, requirement: Requirement): boolean {
  if (requirement.service === 'scrape') {
    const { scrape } = capabilities;
    if (!scrape) return false;
    if (requirement.map && scrape.map !== true) return false;
    if (requirement.copies && scrape.copies !== true) return false;
    return (!requirement.javascript || scrape.javascript) && (!requirement.screenshots || scrape.screenshots);
  }
  const { execute } = capabilities;
  const languages: readonly Language[] | undefined = requirement.session
    ? execute?.sessions?.languages
    : execute?.languages;
  return (
    execute !== null &&
    languages?.includes(requirement.language) === true &&
    execute.max_memory_mb >= requirement.memoryMb &&
    // A node that does not say has the least.
    isIsolatedAtLeast(execute.isolation ?? 'container', requirement.isolation)
  );
}

/** Why a job waits in vain where no node can do it. */
export function unservedMessage(requirement: Requirement): string {
  const message = 'No node that can do this is online';
  if (requirement.service === 'scrape' || requirement.isolation === 'container') return message;
  return `${message} with ${requirement.isolation} isolation`;
}
