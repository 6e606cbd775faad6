import { BLOCKHASH_WINDOW } from '../block-clock.ts';
import { COMMITMENT_AGE, commitmentOfAge } from '../commitment.ts';
import { shuffled } from '../faults.ts';
import type { LandedTransaction } from '../landed-transaction.ts';
import { addressParam, asInteger, asSignature, type CallConfig, configParam, listParam } from './params.ts';
import { invalidParams } from './rpc-error.ts';
import { type RpcMethod, type RpcRequest, viewSlot, withContext } from './rpc-request.ts';

const MAX_LIMIT = 1000;

/** Methods that tell what became of signatures. */
export const signatureMethods: Readonly<Record<string, RpcMethod>> = {
  getSignatureStatuses,
  getSignaturesForAddress,
};

function getSignatureStatuses(request: RpcRequest): unknown {
  const signatures = listParam(request.params, 0, asSignature);
  const isSearchingAll = configParam(request.params, 1).fields.searchTransactionHistory === true;
  const { chain, head } = request;
  const statuses = signatures.map((signature) => {
    const transaction = chain.ledger.get(signature);
    const age = head - (transaction?.slot ?? head + 1);
    if (transaction === undefined || age < 0) return null;
    // Without the search a node looks only into the statuses of blocks whose hashes are still usable.
    if (age > BLOCKHASH_WINDOW && !isSearchingAll) return null;
    return statusOf(transaction, age);
  });
  return withContext(head, statuses);
}

function statusOf(transaction: LandedTransaction, age: number): Record<string, unknown> {
  const { error, slot } = transaction;
  return {
    slot,
    confirmations: age >= COMMITMENT_AGE.finalized ? null : age,
    err: error,
    status: error === null ? { Ok: null } : { Err: error },
    confirmationStatus: commitmentOfAge(age),
  };
}

/**
 * Newest first. As on a real node, a `before` that is unknown gives no rows, and an `until` that is unknown is never met: the
 * answer then goes back to the limit.
 */
function getSignaturesForAddress(request: RpcRequest): unknown {
  const address = addressParam(request.params, 0);
  const config = configParam(request.params, 1);
  const { chain, head } = request;
  assertAtLeastConfirmed(config);
  const slot = viewSlot(request, config);
  const { limit, before, until } = readPage(config);
  const start = before === undefined ? undefined : chain.ledger.get(before);
  if (before !== undefined && start === undefined) return [];

  const rows: Record<string, unknown>[] = [];
  for (const transaction of chain.ledger.ofAddress(address, start?.sequence)) {
    if (transaction.signature === until || rows.length >= limit) break;
    if (transaction.slot > slot) continue;
    rows.push(rowOf(transaction, head - transaction.slot));
  }
  return withFaults(request, rows);
}

/** @throws RpcError for `processed`, which history does not offer. */
export function assertAtLeastConfirmed(config: CallConfig): void {
  if (config.commitment === 'processed') {
    throw invalidParams('Method does not support commitment below `confirmed`');
  }
}

function readPage({ fields }: CallConfig): { limit: number; before?: string; until?: string } {
  const limit = fields.limit == null ? MAX_LIMIT : asInteger(fields.limit);
  if (limit === 0 || limit > MAX_LIMIT) throw invalidParams(`Invalid limit; max ${MAX_LIMIT}`);
  return {
    limit,
    ...(fields.before == null ? {} : { before: asSignature(fields.before) }),
    ...(fields.until == null ? {} : { until: asSignature(fields.until) }),
  };
}

function rowOf(transaction: LandedTransaction, age: number): Record<string, unknown> {
  const { signature, slot, error, memo, blockTime } = transaction;
  return { signature, slot, err: error, memo, blockTime, confirmationStatus: commitmentOfAge(age) };
}

function withFaults({ chain }: RpcRequest, rows: Record<string, unknown>[]): Record<string, unknown>[] {
  const { missingSignatureRate, isSignatureOrderRandom } = chain.faults;
  const kept = missingSignatureRate === 0 ? rows : rows.filter(() => chain.random() >= missingSignatureRate);
  return isSignatureOrderRandom ? shuffled(kept, chain.random) : kept;
}
