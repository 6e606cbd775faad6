import { DialError } from '../dial-error.ts';
import type { Upstream } from './upstream.ts';

/** Thrown when a proxy itself failed, so that another may be taken. Agents learn no more than that. */
export class UpstreamError extends DialError {
  readonly upstream: Upstream;

  constructor(upstream: Upstream, cause: unknown) {
    super('connect', 'A proxy of this node does not work.', { cause });
    this.upstream = upstream;
  }
}
