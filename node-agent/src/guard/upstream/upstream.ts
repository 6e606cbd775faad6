import type { ScrapeProxy } from '@watt/shared';

/** A proxy that scrapes go out by. The operator's may be anywhere; one that the router names is reached through the guard. */
export interface Upstream extends ScrapeProxy {
  by: 'operator' | 'router';
}
