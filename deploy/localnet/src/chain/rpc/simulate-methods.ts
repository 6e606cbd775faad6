import { BLOCKHASH_WINDOW } from '../block-clock.ts';
import { allKeys, type DecodedTransaction, loadAddresses } from '../decode-transaction.ts';
import { encodeAccount } from '../format/encode-account.ts';
import { encodeSimulation } from '../format/encode-simulation.ts';
import { encodeInner } from '../format/encode-transaction.ts';
import type { Vm } from '../vm.ts';
import { encodingOf } from './account-methods.ts';
import { asAddress, configParam, listParam } from './params.ts';
import { invalidParams } from './rpc-error.ts';
import { type ChainParts, type RpcMethod, type RpcRequest, viewSlot, withContext } from './rpc-request.ts';
import { readTransaction, signatureFailure } from './send-methods.ts';

/** Methods that try transactions out. */
export const simulateMethods: Readonly<Record<string, RpcMethod>> = { simulateTransaction };

function simulateTransaction(request: RpcRequest): unknown {
  const config = configParam(request.params, 1);
  const decoded = readTransaction(request.params, config, 'base58');
  const { sigVerify, replaceRecentBlockhash, innerInstructions } = config.fields;
  if (sigVerify === true && replaceRecentBlockhash === true) {
    throw invalidParams('sigVerify may not be used with replaceRecentBlockhash');
  }
  const { chain } = request;
  const slot = viewSlot(request, config);
  const outcome = chain.bank.simulate(decoded, {
    slot,
    isSignatureChecked: sigVerify === true,
    isBlockhashChecked: replaceRecentBlockhash !== true,
  });
  if (outcome.error === 'SignatureFailure') throw signatureFailure();
  return withContext(
    slot,
    encodeSimulation(outcome, {
      accounts: readPostAccounts(chain, outcome, config.fields.accounts),
      innerInstructions:
        innerInstructions === true ? encodeInner(outcome.inner, keysOf(chain, decoded), 'jsonParsed') : null,
      replacementBlockhash:
        replaceRecentBlockhash === true
          ? {
              blockhash: chain.clock.blockhashOf(slot),
              lastValidBlockHeight: chain.clock.heightOf(slot) + BLOCKHASH_WINDOW,
            }
          : null,
    }),
  );
}

function keysOf({ accounts }: ChainParts, decoded: DecodedTransaction): string[] {
  return allKeys(
    decoded,
    loadAddresses(decoded, (address) => accounts.latest(address)),
  );
}

function readPostAccounts(
  chain: ChainParts,
  outcome: ReturnType<Vm['simulate']>,
  wanted: unknown,
): unknown[] | null {
  if (typeof wanted !== 'object' || wanted === null) return null;
  const { addresses, encoding } = wanted as { addresses?: unknown; encoding?: unknown };
  if (addresses === undefined) return null;
  const read = (address: string) => outcome.postAccounts.get(address) ?? chain.accounts.latest(address);
  const options = encodingOf({ fields: { encoding: encoding ?? 'base64' } });
  return listParam([addresses], 0, asAddress).map((address) => {
    const account = read(address);
    return account === null ? null : encodeAccount(account, options, read);
  });
}
