import type { ScrapeRequest } from '@watt/shared';
import type { RefusedRule } from '../guard/refusal.ts';
import type { Timings } from './phase-times.ts';

/** What a node is asked to scrape: the request as the router normalised it. `timeout` is in seconds and covers the whole job. */
export type ScrapeTask = ScrapeRequest;

/** Why a page could not be had. */
export type ScrapeReason =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'http'
  | 'timeout'
  | 'too_large'
  | 'redirects'
  | 'robots'
  | 'unsupported_type'
  | 'parse'
  | 'selector'
  | 'wait_for'
  | 'action'
  | 'browser'
  | 'crash'
  | 'blocked';

/** One answer that led elsewhere. */
export interface Redirect {
  url: string;
  status: number;
}

export interface ScrapeMetadata {
  /** The address that answered, after all redirects. */
  url: string;
  /** Present when it differs from `url`. */
  requested_url?: string;
  status: number;
  content_type: string | null;
  /** The encoding the text was read in, by its WHATWG name. */
  encoding: string;
  redirects: Redirect[];
  title: string | null;
  scraped_at: string;
  /** Bytes of the page's body as they came over the wire. */
  size_bytes: number;
  execution_ms: number;
  /** Milliseconds by phase. */
  timings: Timings;
  /** What was spoken, by ALPN's name. */
  protocol?: string;
  etag?: string;
  last_modified?: string;
  /** What the site says about copies of the page. */
  cache_control?: string;
  warnings?: string[];
}

export interface ScrapeArtifact {
  field: 'screenshot' | 'pdf';
  content_type: string;
  bytes: Uint8Array;
  /** In pixels, for pictures. */
  width?: number;
  height?: number;
}

export interface ScrapeCompleted {
  kind: 'completed';
  data: Record<string, unknown>;
  metadata: ScrapeMetadata;
  artifacts: ScrapeArtifact[];
}

export interface ScrapeFailed {
  kind: 'failed';
  code: 'SCRAPE_FAILED' | 'DOMAIN_BLOCKED';
  message: string;
  reason: ScrapeReason;
  /** For `blocked`: which rule, and whose. */
  refused?: RefusedRule;
  /** True when another attempt, perhaps on another node, could fare better. */
  retryable: boolean;
}

export type ScrapeOutcome = ScrapeCompleted | ScrapeFailed;
