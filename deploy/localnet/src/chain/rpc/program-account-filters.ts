import bs58 from 'bs58';
import { asInteger } from './params.ts';
import { invalidParams } from './rpc-error.ts';

const MAX_FILTERS = 4;

/**
 * Reads the `filters` of `getProgramAccounts`: `{dataSize}` and `{memcmp: {offset, bytes, encoding?}}`, all of which must hold.
 * @throws RpcError for anything else.
 */
export function readFilters(filters: unknown): (data: Uint8Array) => boolean {
  if (filters === undefined || filters === null) return () => true;
  if (!Array.isArray(filters) || filters.length > MAX_FILTERS) {
    throw invalidParams(`Invalid params: filters must be a list of at most ${MAX_FILTERS}`);
  }
  const tests = filters.map(readFilter);
  return (data) => tests.every((test) => test(data));
}

function readFilter(filter: unknown): (data: Uint8Array) => boolean {
  const { dataSize, memcmp } = (filter ?? {}) as {
    dataSize?: unknown;
    memcmp?: { offset?: unknown; bytes?: unknown; encoding?: unknown };
  };
  if (dataSize !== undefined) {
    const size = asInteger(dataSize);
    return (data) => data.length === size;
  }
  const text = memcmp?.bytes;
  if (memcmp === undefined || typeof text !== 'string') throw invalidParams('Invalid params: unknown filter');
  const offset = asInteger(memcmp.offset);
  const bytes = memcmp.encoding === 'base64' ? Buffer.from(text, 'base64') : bs58.decodeUnsafe(text);
  if (bytes === undefined) throw invalidParams('Invalid param: invalid memcmp bytes');
  return (data) => Buffer.compare(data.subarray(offset, offset + bytes.length), bytes) === 0;
}
