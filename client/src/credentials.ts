import {
  createRequestSigner,
  type RequestSigner,
  type RequestToSign,
  signatureHeaders,
} from './sign-request.ts';
import type { WattOptions } from './watt-options.ts';

/** The headers that prove who makes a call; made anew for every attempt. */
export type Authorize = (request: RequestToSign) => Promise<Record<string, string>>;

/** Null where calls prove nothing. Throws TypeError for options that contradict each other. */
export function credentialsOf(options: WattOptions): Authorize | null {
  const { apiKey, prepaid = false } = options;
  if (apiKey !== undefined) {
    if (prepaid) throw new TypeError('Give `apiKey`, or `prepaid` with a wallet, not both');
    return async () => ({ authorization: `Bearer ${apiKey}` });
  }
  if (!prepaid) return null;
  const signer = signerOf(options);
  return (request) => signatureHeaders(signer, request, Date.now());
}

function signerOf({ signer, wallet }: WattOptions): RequestSigner {
  if (signer) return signer;
  if (wallet !== undefined) return createRequestSigner(wallet);
  throw new TypeError('`prepaid` needs a `wallet`, or a `signer` that signs in its name');
}
