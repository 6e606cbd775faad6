import { BLOCKHASH_WINDOW } from '../block-clock.ts';
import { feeOf, readComputeBudget } from '../compute-budget.ts';
import { type DecodedMessage, decodeMessage } from '../decode-transaction.ts';
import { addressParam, asAddress, configParam, integerParam, listParam, stringParam } from './params.ts';
import { invalidParams, RPC_CODE, RpcError } from './rpc-error.ts';
import { API_VERSION, assertHealthy, type RpcMethod, viewSlot, withContext } from './rpc-request.ts';

const SLOTS_IN_EPOCH = 432_000;

/** Methods about the cluster as a whole: slots, blockhashes, fees. */
export const clusterMethods: Readonly<Record<string, RpcMethod>> = {
  getHealth: (request) => {
    assertHealthy(request);
    return 'ok';
  },
  getVersion: () => ({ 'solana-core': API_VERSION, 'feature-set': 0 }),
  getGenesisHash: ({ chain }) => chain.genesisHash,
  getSlot: (request) => viewSlot(request, configParam(request.params, 0)),
  getBlockHeight: (request) =>
    request.chain.clock.heightOf(viewSlot(request, configParam(request.params, 0))),
  getTransactionCount: (request) => {
    const slot = viewSlot(request, configParam(request.params, 0));
    return request.chain.ledger.countUpTo(slot);
  },
  getBlockTime,
  getEpochInfo,
  getLatestBlockhash,
  isBlockhashValid,
  getMinimumBalanceForRentExemption: ({ chain, params }) =>
    Number(chain.vm.rentExemptLamports(integerParam(params, 0))),
  getFeeForMessage,
  getRecentPrioritizationFees,
};

function getBlockTime(request: Parameters<RpcMethod>[0]): unknown {
  const { chain, params, head } = request;
  const slot = integerParam(params, 0);
  const time = chain.clock.blockTimeOf(slot) ?? chain.ledger.inSlot(slot)[0]?.blockTime;
  if (slot > head || time === undefined) {
    throw new RpcError(`Block not available for slot ${slot}`, { code: RPC_CODE.blockNotAvailable });
  }
  return time;
}

function getEpochInfo(request: Parameters<RpcMethod>[0]): unknown {
  const slot = viewSlot(request, configParam(request.params, 0));
  return {
    absoluteSlot: slot,
    blockHeight: request.chain.clock.heightOf(slot),
    epoch: Math.floor(slot / SLOTS_IN_EPOCH),
    slotIndex: slot % SLOTS_IN_EPOCH,
    slotsInEpoch: SLOTS_IN_EPOCH,
    transactionCount: request.chain.ledger.countUpTo(slot),
  };
}

function getLatestBlockhash(request: Parameters<RpcMethod>[0]): unknown {
  const { clock } = request.chain;
  const slot = viewSlot(request, configParam(request.params, 0));
  return withContext(slot, {
    blockhash: clock.blockhashOf(slot),
    lastValidBlockHeight: clock.heightOf(slot) + BLOCKHASH_WINDOW,
  });
}

function isBlockhashValid(request: Parameters<RpcMethod>[0]): unknown {
  const blockhash = addressParam(request.params, 0);
  const slot = viewSlot(request, configParam(request.params, 1));
  return withContext(slot, request.chain.clock.isUsable(blockhash, slot));
}

function getFeeForMessage(request: Parameters<RpcMethod>[0]): unknown {
  const slot = viewSlot(request, configParam(request.params, 1));
  const { blockhash, header, staticKeys, instructions } = parseMessage(stringParam(request.params, 0));
  if (!request.chain.clock.isUsable(blockhash, slot)) return withContext(slot, null);
  const fee = feeOf(header.numRequiredSignatures, readComputeBudget(staticKeys, instructions));
  return withContext(slot, Number(fee));
}

function parseMessage(base64: string): DecodedMessage {
  try {
    return decodeMessage(Buffer.from(base64, 'base64'));
  } catch (cause) {
    throw invalidParams('failed to deserialize solana_message::versions::VersionedMessage', { cause });
  }
}

/** Per slot the lowest price that a transaction writing to one of the accounts paid, 0 where there was none. */
function getRecentPrioritizationFees(request: Parameters<RpcMethod>[0]): unknown {
  const { chain, params, head } = request;
  const addresses = params[0] == null ? [] : listParam(params, 0, asAddress);
  return Array.from({ length: BLOCKHASH_WINDOW }, (_, index) => {
    const slot = head - BLOCKHASH_WINDOW + 1 + index;
    const prices = chain.ledger
      .inSlot(slot)
      .filter(({ keys }) => addresses.every((address) => keys.includes(address)))
      .map(({ unitPrice }) => unitPrice);
    return { slot, prioritizationFee: prices.length === 0 ? 0 : Math.min(...prices) };
  });
}
