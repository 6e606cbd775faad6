import type { Service } from '@watt/shared';

/** What is sold over x402, by the path of its call. A map is a scrape of another kind, a batch many of them, a session an execution. */
export const GOODS = {
  '/api/v1/scrape': {
    service: 'scrape',
    description: 'Fetches a public web page and returns its text, HTML, JSON, Markdown or chosen parts.',
  },
  '/api/v1/execute': {
    service: 'execute',
    description: 'Runs a program in a sandbox without network and returns its output.',
  },
  '/api/v1/scrape/batch': {
    service: 'scrape',
    description: 'Fetches many public web pages, paid at once, and returns of each what a scrape returns.',
  },
  '/api/v1/map': {
    service: 'scrape',
    description: 'Lists the addresses of a web site, from its page and its sitemaps.',
  },
  '/api/v1/sessions': {
    service: 'execute',
    description: 'Opens an interpreter in a sandbox without network that keeps its state between calls.',
  },
} as const satisfies Record<string, { service: Service; description: string }>;

export type SoldPath = keyof typeof GOODS;
