import { DialError } from '../dial-error.ts';
import type { Upstream } from './parse-upstreams.ts';

/** Thrown when an operator's proxy itself failed, so that another may be taken. Agents learn no more than that. */
export class UpstreamError extends DialError {
  readonly upstream: Upstream;

  constructor(upstream: Upstream, cause: unknown) {
    super('connect', 'A proxy of this node does not work.', { cause });
    this.upstream = upstream;
  }
}
