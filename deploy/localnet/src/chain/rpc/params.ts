import bs58 from 'bs58';
import type { Commitment } from '../commitment.ts';
import { invalidParams } from './rpc-error.ts';

/** The configuration fields of all methods, as they came. */
interface CallFields {
  readonly commitment?: unknown;
  readonly minContextSlot?: unknown;
  readonly encoding?: unknown;
  readonly dataSlice?: unknown;
  readonly filters?: unknown;
  readonly withContext?: unknown;
  readonly limit?: unknown;
  readonly before?: unknown;
  readonly until?: unknown;
  readonly searchTransactionHistory?: unknown;
  readonly maxSupportedTransactionVersion?: unknown;
  readonly skipPreflight?: unknown;
  readonly preflightCommitment?: unknown;
  readonly sigVerify?: unknown;
  readonly replaceRecentBlockhash?: unknown;
  readonly innerInstructions?: unknown;
  readonly accounts?: unknown;
}

/** A call's configuration object: the fields that many methods share are checked, the others are left to the method. */
export interface CallConfig {
  readonly commitment?: Commitment;
  readonly minContextSlot?: number;
  readonly fields: CallFields;
}

const COMMITMENTS: Readonly<Record<string, Commitment>> = {
  processed: 'processed',
  confirmed: 'confirmed',
  finalized: 'finalized',
};

const MAX_MULTIPLE = 256;

export function stringParam(params: readonly unknown[], index: number): string {
  const value = params[index];
  if (typeof value !== 'string') {
    throw invalidParams(
      value === undefined
        ? '`params` should have at least 1 argument(s)'
        : 'Invalid params: invalid type, expected a string',
    );
  }
  return value;
}

export function integerParam(params: readonly unknown[], index: number): number {
  return asInteger(params[index]);
}

/** A base58 public key. */
export function addressParam(params: readonly unknown[], index: number): string {
  return asAddress(stringParam(params, index));
}

export function asAddress(value: unknown): string {
  return asBase58(value, 32, 'Invalid param');
}

export function asSignature(value: unknown): string {
  return asBase58(value, 64, 'Invalid param');
}

/** A list of strings, each checked; at most 256, as `getSignatureStatuses` allows. */
export function listParam(
  params: readonly unknown[],
  index: number,
  check: (value: unknown) => string,
): string[] {
  const list = params[index];
  if (!Array.isArray(list)) throw invalidParams('Invalid params: invalid type, expected a sequence');
  if (list.length > MAX_MULTIPLE) throw invalidParams(`Too many inputs provided; max ${MAX_MULTIPLE}`);
  return list.map((value) => check(value));
}

/** The configuration object at an index; some old methods put a bare commitment or encoding string there. */
export function configParam(params: readonly unknown[], index: number): CallConfig {
  const value = params[index];
  if (value === undefined || value === null) return { fields: {} };
  if (typeof value === 'string') return { fields: { encoding: value } };
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw invalidParams('Invalid params: invalid type, expected a configuration object');
  }
  const fields = value as CallFields;
  const { commitment, minContextSlot } = fields;
  return {
    fields,
    ...(commitment == null ? {} : { commitment: asCommitment(commitment) }),
    ...(minContextSlot == null ? {} : { minContextSlot: asInteger(minContextSlot) }),
  };
}

export function asCommitment(value: unknown): Commitment {
  const known = typeof value === 'string' ? COMMITMENTS[value] : undefined;
  if (known === undefined) {
    throw invalidParams(
      `Invalid params: unknown variant \`${String(value)}\`, expected one of \`processed\`, \`confirmed\`, \`finalized\`.`,
    );
  }
  return known;
}

export function asInteger(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalidParams('Invalid params: invalid type, expected u64.');
  }
  return value;
}

function asBase58(value: unknown, bytes: number, prefix: string): string {
  if (typeof value !== 'string') throw invalidParams(`${prefix}: expected a string`);
  const decoded = bs58.decodeUnsafe(value);
  if (decoded === undefined) throw invalidParams(`${prefix}: Invalid`);
  if (decoded.length !== bytes) throw invalidParams(`${prefix}: WrongSize`);
  return value;
}
