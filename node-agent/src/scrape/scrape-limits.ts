import { LIMITS } from '@watt/shared';

/** What one scrape may cost this node. Bytes, milliseconds, CSS pixels or counts, as the last word says. */
export interface ScrapeLimits {
  /** A body as it comes over the wire, and after its compression is undone. */
  bodyBytes: number;
  expandedBytes: number;
  redirects: number;
  connectTimeoutMs: number;
  /** From the request to the last header, and between two pieces of a body. */
  headersTimeoutMs: number;
  bodyIdleMs: number;
  /** Requests of this node to one host at a time, whoever's they are. */
  requestsPerHost: number;
  /** Elements of one page; a page with more is refused rather than cut. */
  elements: number;
  /** The extracted result as JSON; it has to fit one frame to the router. */
  resultBytes: number;
  parserThreads: number;
  parserHeapMb: number;
  browserSlots: number;
  /** Pages that one Chromium serves before it is replaced. */
  browserPages: number;
  /** And for how long, and with how much memory of its own. */
  browserAgeMs: number;
  browserMemoryMb: number;
  /** What one page's renderer may have. */
  pageMemoryMb: number;
  /** Everything a rendered page moves through the proxy, both ways. */
  browserBytes: number;
  /** Text of a rendered document, in characters. */
  renderedCharacters: number;
  viewportWidth: number;
  viewportHeight: number;
  /** A taller page is cut there, and a warning says so. */
  screenshotHeight: number;
  screenshotBytes: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_SCRAPE_LIMITS: ScrapeLimits = {
  bodyBytes: 10 * MIB,
  expandedBytes: 20 * MIB,
  redirects: 10,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 30_000,
  bodyIdleMs: 20_000,
  requestsPerHost: 6,
  elements: 500_000,
  resultBytes: 6 * MIB,
  parserThreads: 1,
  parserHeapMb: 512,
  browserSlots: 2,
  browserPages: 50,
  browserAgeMs: 30 * 60_000,
  browserMemoryMb: 1_500,
  pageMemoryMb: 1_024,
  browserBytes: 64 * MIB,
  renderedCharacters: 20 * MIB,
  viewportWidth: 1280,
  viewportHeight: 800,
  screenshotHeight: 8_000,
  screenshotBytes: LIMITS.artifactBytes,
};
