import {
  type AttemptId,
  createJobId,
  createSigningKey,
  type NodeId,
  sha256Hex,
  signText,
} from '@watt/shared';
import type { JobRecord } from '../../src/jobs/jobs.ts';

const node = createSigningKey();

/** A job that ended well, signed by a node, as the database has it. */
export function jobRecord(payload: string, more: Partial<JobRecord> = {}): JobRecord {
  const attemptId = crypto.randomUUID() as AttemptId;
  const id = more.id ?? createJobId();
  const service = more.service ?? 'execute';
  const requestSha256 = more.requestSha256 ?? 'a'.repeat(64);
  const isCharged = (more.settlement ?? 'captured') === 'captured';
  const statement = JSON.stringify({
    type: 'result',
    session: 's'.repeat(22),
    seq: 1,
    node: node.publicKey,
    attempt_id: attemptId,
    job_id: id,
    service,
    request_sha256: requestSha256,
    outcome: isCharged ? 'completed' : 'failed',
    retryable: false,
    started_at: 1,
    finished_at: 2,
    artifacts: [],
    body_sha256: sha256Hex(payload),
  });
  return {
    id,
    service,
    state: isCharged ? 'succeeded' : 'failed',
    request: '{}',
    requestSha256,
    commitment: 'w1:x',
    price: 500_000_000n,
    listPrice: null,
    discountBps: 0,
    nodeShare: 350_000_000n,
    burnShare: 750_000n,
    charged:
      (more.settlement === undefined ? 'captured' : more.settlement) === 'captured'
        ? (more.price ?? 500_000_000n)
        : null,
    sessionMinutes: null,
    payer: createSigningKey().publicKey,
    attempts: 1,
    createdAt: 0,
    expiresAt: 1,
    queuedAt: 1,
    finishedAt: 2,
    nodeId: node.publicKey as NodeId,
    attemptId,
    result: payload,
    resultSha256: sha256Hex(payload),
    statement,
    statementSignature: signText(node, 'watt/frame/1', statement),
    copyMadeAt: null,
    hasFiles: false,
    settlement: 'captured',
    paymentSignatures: ['signature'],
    ...more,
  };
}
