import type { MaybeAccount } from '../account-state.ts';
import { type AccountEncoding, encodeAccount } from '../format/encode-account.ts';
import {
  parseMint,
  parseTokenAccount,
  TOKEN_PROGRAMS,
  type TokenAccount,
  toUiTokenAmount,
} from '../token-account.ts';
import { addressParam, asAddress, asInteger, type CallConfig, configParam, listParam } from './params.ts';
import { readFilters } from './program-account-filters.ts';
import { invalidParams } from './rpc-error.ts';
import { type RpcMethod, type RpcRequest, viewSlot, withContext } from './rpc-request.ts';

const ENCODINGS = ['base58', 'base64', 'jsonParsed'] as const;

/** Methods that read accounts as they were at the commitment asked for. */
export const accountMethods: Readonly<Record<string, RpcMethod>> = {
  getBalance,
  getAccountInfo,
  getMultipleAccounts,
  getProgramAccounts,
  getTokenAccountBalance,
  getTokenSupply,
  getTokenAccountsByOwner,
};

interface AccountView {
  readonly slot: number;
  readonly read: (address: string) => MaybeAccount;
}

function openView(request: RpcRequest, config: CallConfig): AccountView {
  const slot = viewSlot(request, config);
  return { slot, read: (address) => request.chain.accounts.at(address, slot) };
}

export function encodingOf({ fields }: CallConfig): AccountEncoding {
  const { encoding, dataSlice } = fields;
  const known = ENCODINGS.find((name) => name === encoding);
  if (encoding !== undefined && known === undefined) {
    throw invalidParams(`Invalid params: unsupported encoding \`${String(encoding)}\``);
  }
  if (typeof dataSlice !== 'object' || dataSlice === null) return { encoding: known ?? 'binary' };
  const { offset, length } = dataSlice as { offset?: unknown; length?: unknown };
  return {
    encoding: known ?? 'binary',
    dataSlice: { offset: asInteger(offset), length: asInteger(length) },
  };
}

function getBalance(request: RpcRequest): unknown {
  const address = addressParam(request.params, 0);
  const view = openView(request, configParam(request.params, 1));
  return withContext(view.slot, Number(view.read(address)?.lamports ?? 0n));
}

function getAccountInfo(request: RpcRequest): unknown {
  const address = addressParam(request.params, 0);
  const config = configParam(request.params, 1);
  const view = openView(request, config);
  const account = view.read(address);
  return withContext(
    view.slot,
    account === null ? null : encodeAccount(account, encodingOf(config), view.read),
  );
}

function getMultipleAccounts(request: RpcRequest): unknown {
  const addresses = listParam(request.params, 0, asAddress);
  const config = configParam(request.params, 1);
  const view = openView(request, config);
  const encoding = encodingOf(config);
  const accounts = addresses.map((address) => {
    const account = view.read(address);
    return account === null ? null : encodeAccount(account, encoding, view.read);
  });
  return withContext(view.slot, accounts);
}

function getProgramAccounts(request: RpcRequest): unknown {
  const program = addressParam(request.params, 0);
  const config = configParam(request.params, 1);
  const view = openView(request, config);
  const matches = readFilters(config.fields.filters);
  const encoding = encodingOf(config);
  const found = accountsIn(request, view).filter(
    ({ account }) => account.owner === program && matches(account.data),
  );
  const rows = found.map(({ address, account }) => ({
    pubkey: address,
    account: encodeAccount(account, encoding, view.read),
  }));
  return config.fields.withContext === true ? withContext(view.slot, rows) : rows;
}

function getTokenAccountBalance(request: RpcRequest): unknown {
  const address = addressParam(request.params, 0);
  const view = openView(request, configParam(request.params, 1));
  const account = view.read(address);
  if (account === null) throw invalidParams('Invalid param: could not find account');
  const token = parseTokenAccount(account);
  if (token === null) throw invalidParams('Invalid param: not a Token account');
  const decimals = parseMint(view.read(token.mint))?.decimals ?? 0;
  return withContext(view.slot, toUiTokenAmount(token.amount, decimals));
}

function getTokenSupply(request: RpcRequest): unknown {
  const address = addressParam(request.params, 0);
  const view = openView(request, configParam(request.params, 1));
  const account = view.read(address);
  if (account === null) throw invalidParams('Invalid param: could not find account');
  const mint = parseMint(account);
  if (mint === null) throw invalidParams('Invalid param: not a Token mint');
  return withContext(view.slot, toUiTokenAmount(mint.supply, mint.decimals));
}

function getTokenAccountsByOwner(request: RpcRequest): unknown {
  const owner = addressParam(request.params, 0);
  const config = configParam(request.params, 2);
  const view = openView(request, config);
  const isWanted = readTokenFilter(request.params[1], view);
  const encoding = encodingOf(config);
  const rows = accountsIn(request, view).flatMap(({ address, account }) => {
    const token = parseTokenAccount(account);
    if (token === null || token.owner !== owner || !isWanted(token, account.owner)) return [];
    return [{ pubkey: address, account: encodeAccount(account, encoding, view.read) }];
  });
  return withContext(view.slot, rows);
}

function readTokenFilter(
  filter: unknown,
  view: AccountView,
): (token: TokenAccount, program: string) => boolean {
  const { mint, programId } = (filter ?? {}) as { mint?: unknown; programId?: unknown };
  if (mint !== undefined) {
    const address = asAddress(mint);
    if (parseMint(view.read(address)) === null) throw invalidParams('Invalid param: could not find mint');
    return (token) => token.mint === address;
  }
  const program = asAddress(programId);
  if (!TOKEN_PROGRAMS.includes(program)) throw invalidParams('Invalid param: unrecognized Token program id');
  return (_, owner) => owner === program;
}

/** Only accounts that a transaction has made or changed: programs and sysvars are not listed. */
function accountsIn(
  request: RpcRequest,
  view: AccountView,
): { address: string; account: NonNullable<MaybeAccount> }[] {
  return [...request.chain.accounts.addresses()].flatMap((address) => {
    const account = view.read(address);
    return account === null ? [] : [{ address, account }];
  });
}
