import type { Ack, Capabilities, NodeClass, Service } from '@watt/shared';
import type { WorkerProblem } from '../jobs/workers.ts';

export type NodeState = 'connecting' | 'connected' | 'draining' | 'stopped';

export interface RunningJob {
  job_id: string;
  service: Service;
  /** An execution that is a session, which has slots of its own. */
  session?: true;
}

/** `status.json`: what a running node says of itself. Times are ISO 8601; amounts are base units in decimal strings. */
export interface NodeStatus {
  version: 1;
  pid: number;
  state: NodeState;
  /** Since when the node is in this state. */
  since: string;
  started_at: string;
  /** The file is written anew at least every half minute. */
  updated_at: string;
  node_id: string;
  name: string;
  class: NodeClass;
  software: string;
  router: { url: string; key: string };
  wallet: { address: string; proven: boolean } | null;
  capabilities: Capabilities;
  problems: readonly WorkerProblem[];
  running: RunningJob[];
  /** Results that wait for the router's acknowledgement. */
  unacknowledged: number;
  /** Since the node was made. */
  jobs: { done: number; failed: number; refused: number };
  verdicts: Record<Ack['verdict'], number>;
  earned: { total_base: string; today_base: string /** UTC, YYYY-MM-DD */; day: string };
  last_job_at: string | null;
  last_unpaid: { at: string; verdict: Ack['verdict']; message: string } | null;
  last_error: { at: string; code: string; message: string } | null;
  retry_at: string | null;
}
