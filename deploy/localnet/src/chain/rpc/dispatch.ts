import { setTimeout as delay } from 'node:timers/promises';
import { faultsOf } from '../faults.ts';
import { accountMethods } from './account-methods.ts';
import { clusterMethods } from './cluster-methods.ts';
import { RPC_CODE, RpcError } from './rpc-error.ts';
import type { ChainParts, RpcMethod } from './rpc-request.ts';
import { sendMethods } from './send-methods.ts';
import { signatureMethods } from './signature-methods.ts';
import { simulateMethods } from './simulate-methods.ts';
import { transactionMethods } from './transaction-methods.ts';

export interface RpcCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

export type RpcAnswer = Readonly<Record<string, unknown>>;

const METHODS: ReadonlyMap<string, RpcMethod> = new Map(
  Object.entries({
    ...clusterMethods,
    ...accountMethods,
    ...signatureMethods,
    ...transactionMethods,
    ...simulateMethods,
    ...sendMethods,
  }),
);

/** The furthest behind that a lagging node may be: older account versions are not kept. */
const MAX_STALE_SLOTS = 400;

/** Whether this call is one of those that a rate limit turns away. */
export function isTurnedAway(chain: ChainParts, method: string): boolean {
  const { tooManyRequestsRate } = faultsOf(chain.faults, method);
  return tooManyRequestsRate > 0 && chain.random() < tooManyRequestsRate;
}

/** Answers one call; never throws for what a caller can do. @param signal ends a waiting answer when the chain closes. */
export async function answerCall(chain: ChainParts, call: RpcCall, signal: AbortSignal): Promise<RpcAnswer> {
  const { lagMs, staleSlots } = faultsOf(chain.faults, call.method);
  if (lagMs > 0) await delay(lagMs, undefined, { signal });
  const method = METHODS.get(call.method);
  if (method === undefined) return errorAnswer(call.id, methodNotFound());
  const head = chain.clock.slot - Math.min(staleSlots, MAX_STALE_SLOTS);
  try {
    return { jsonrpc: '2.0', result: method({ chain, params: call.params, head }), id: call.id };
  } catch (error) {
    return errorAnswer(call.id, error);
  }
}

/** @throws RpcError for what is no JSON-RPC 2.0 call. */
export function readCall(value: unknown): RpcCall {
  const {
    id = null,
    method,
    params = [],
  } = (value ?? {}) as { id?: unknown; method?: unknown; params?: unknown };
  if (typeof method !== 'string' || !Array.isArray(params)) {
    throw new RpcError('Invalid request', { code: RPC_CODE.invalidRequest });
  }
  return { id, method, params };
}

/** @throws RpcError */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RpcError('Parse error', { code: RPC_CODE.parseError, cause });
  }
}

export function methodNotFound(): RpcError {
  return new RpcError('Method not found', { code: RPC_CODE.methodNotFound });
}

export function errorAnswer(id: unknown, error: unknown): RpcAnswer {
  const known =
    error instanceof RpcError
      ? error
      : new RpcError(`Internal error: ${String(error)}`, { code: RPC_CODE.internal, cause: error });
  const { code, message, data } = known;
  return { jsonrpc: '2.0', error: { code, message, ...(data === undefined ? {} : { data }) }, id };
}
