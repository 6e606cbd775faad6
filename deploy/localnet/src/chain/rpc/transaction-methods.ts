import { encodeTransaction, type TransactionEncoding } from '../format/encode-transaction.ts';
import { asSignature, configParam } from './params.ts';
import { invalidParams } from './rpc-error.ts';
import { type RpcMethod, type RpcRequest, viewSlot } from './rpc-request.ts';
import { assertAtLeastConfirmed } from './signature-methods.ts';

const ENCODINGS: readonly TransactionEncoding[] = ['json', 'jsonParsed', 'base64', 'base58'];

/** Methods that read whole transactions. */
export const transactionMethods: Readonly<Record<string, RpcMethod>> = { getTransaction };

function getTransaction(request: RpcRequest): unknown {
  const signature = asSignature(request.params[0]);
  const config = configParam(request.params, 1);
  assertAtLeastConfirmed(config);
  const slot = viewSlot(request, config);
  const { encoding = 'json', maxSupportedTransactionVersion } = config.fields;
  const known = ENCODINGS.find((name) => name === encoding);
  if (known === undefined) throw invalidParams(`Invalid params: unknown variant \`${String(encoding)}\``);
  const transaction = request.chain.ledger.get(signature);
  if (transaction === undefined || transaction.slot > slot) return null;
  return encodeTransaction(transaction, {
    encoding: known,
    maxVersion:
      typeof maxSupportedTransactionVersion === 'number' ? maxSupportedTransactionVersion : undefined,
  });
}
