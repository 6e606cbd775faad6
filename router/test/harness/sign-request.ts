import { createHash, randomUUID } from 'node:crypto';
import type { SigningKey } from '@watt/shared';

export interface RequestToSign {
  key: SigningKey;
  method: string;
  url: string;
  body?: string;
  /** More headers to send and cover. */
  headers?: Record<string, string>;
}

/** What a test changes about an otherwise good signature. */
export interface SignatureChanges {
  /** Components in place of the usual ones, each as it stands in the signature input. */
  cover?: string[];
  /** The components that are signed, where they differ from those that are named. */
  values?: Record<string, string>;
  params?: Record<string, string | number | undefined>;
  label?: string;
}

const now = () => Math.floor(Date.now() / 1000);

/** RFC 9421 headers of a request, written by hand: an implementation of its own beside the library that the router uses. */
export function signRequest(request: RequestToSign, changes: SignatureChanges = {}): Record<string, string> {
  const { key, method, url, body, headers = {} } = request;
  const digest = `sha-256=:${createHash('sha256')
    .update(body ?? '')
    .digest('base64')}:`;
  const values: Record<string, string> = {
    '"@method"': method,
    '"@target-uri"': url,
    ...(body !== undefined && { '"content-digest"': digest }),
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [`"${name}"`, value])),
    ...changes.values,
  };
  const cover = changes.cover ?? Object.keys(values);
  const params = {
    created: now(),
    expires: now() + 60,
    nonce: randomUUID(),
    keyid: `solana:${key.publicKey}`,
    tag: 'watt',
    ...changes.params,
  };
  const input = `(${cover.join(' ')})${Object.entries(params)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `;${name}=${typeof value === 'number' ? value : `"${value}"`}`)
    .join('')}`;
  const base = [
    ...cover.map((name) => `${name}: ${values[name] ?? ''}`),
    `"@signature-params": ${input}`,
  ].join('\n');
  const label = changes.label ?? 'sig1';
  return {
    ...headers,
    ...(body !== undefined && { 'content-digest': digest }),
    'signature-input': `${label}=${input}`,
    signature: `${label}=:${Buffer.from(key.sign(Buffer.from(base))).toString('base64')}:`,
  };
}
