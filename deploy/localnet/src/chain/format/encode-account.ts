import { TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import bs58 from 'bs58';
import type { AccountState, MaybeAccount } from '../account-state.ts';
import { RPC_CODE, RpcError } from '../rpc/rpc-error.ts';
import {
  type Mint,
  parseMint,
  parseTokenAccount,
  type TokenAccount,
  toUiTokenAmount,
} from '../token-account.ts';

export interface AccountEncoding {
  readonly encoding: 'binary' | 'base58' | 'base64' | 'jsonParsed';
  readonly dataSlice?: { readonly offset: number; readonly length: number };
}

/** The rent epoch of a rent-exempt account: the largest u64, as near as JSON numbers come. */
const RENT_EXEMPT_EPOCH = 2 ** 64;

const MAX_BASE58_BYTES = 128;

/** An account as `getAccountInfo` answers it. @param readAccount finds the mint of a token account, for its decimals. */
export function encodeAccount(
  account: AccountState,
  options: AccountEncoding,
  readAccount: (address: string) => MaybeAccount,
): Record<string, unknown> {
  return {
    data: encodeData(account, options, readAccount),
    executable: account.isExecutable,
    lamports: Number(account.lamports),
    owner: account.owner,
    rentEpoch: RENT_EXEMPT_EPOCH,
    space: account.data.length,
  };
}

function encodeData(
  account: AccountState,
  { encoding, dataSlice }: AccountEncoding,
  readAccount: (address: string) => MaybeAccount,
): unknown {
  if (encoding === 'jsonParsed') {
    const parsed = parseAccount(account, readAccount);
    if (parsed !== null) return parsed;
  }
  const data =
    dataSlice === undefined
      ? account.data
      : account.data.subarray(dataSlice.offset, dataSlice.offset + dataSlice.length);
  if (encoding === 'base64' || encoding === 'jsonParsed')
    return [Buffer.from(data).toString('base64'), 'base64'];
  if (data.length > MAX_BASE58_BYTES) {
    throw new RpcError(
      `Encoded binary (base 58) data should be less than ${MAX_BASE58_BYTES} bytes, please use Base64 encoding.`,
      { code: RPC_CODE.invalidRequest },
    );
  }
  return encoding === 'binary' ? bs58.encode(data) : [bs58.encode(data), 'base58'];
}

function parseAccount(account: AccountState, readAccount: (address: string) => MaybeAccount): unknown {
  const program = account.owner === TOKEN_2022_PROGRAM_ID.toBase58() ? 'spl-token-2022' : 'spl-token';
  const space = account.data.length;
  const token = parseTokenAccount(account);
  if (token !== null) {
    const decimals = parseMint(readAccount(token.mint))?.decimals ?? 0;
    return { program, parsed: { type: 'account', info: tokenInfo(token, decimals) }, space };
  }
  const mint = parseMint(account);
  return mint === null ? null : { program, parsed: { type: 'mint', info: mintInfo(mint) }, space };
}

function tokenInfo(token: TokenAccount, decimals: number): Record<string, unknown> {
  return {
    isNative: token.isNative,
    mint: token.mint,
    owner: token.owner,
    state: token.state,
    tokenAmount: toUiTokenAmount(token.amount, decimals),
    ...(token.delegate === null
      ? {}
      : { delegate: token.delegate, delegatedAmount: toUiTokenAmount(token.delegatedAmount, decimals) }),
    ...(token.closeAuthority === null ? {} : { closeAuthority: token.closeAuthority }),
  };
}

function mintInfo(mint: Mint): Record<string, unknown> {
  const { decimals, freezeAuthority, isInitialized, mintAuthority, supply } = mint;
  return { decimals, freezeAuthority, isInitialized, mintAuthority, supply: supply.toString() };
}
