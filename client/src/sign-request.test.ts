import { createHash } from 'node:crypto';
import { createSigningKey, verifySignature } from '@watt/shared';
import { expect, it } from 'vitest';
import { createRequestSigner, signatureHeaders } from './sign-request.ts';

const key = createSigningKey();
const signer = createRequestSigner({ secretKey: key.secret });
const request = {
  method: 'POST',
  url: 'https://router.example/api/v1/execute',
  body: '{"language":"bash"}',
  headers: { 'x-max-cost': '500', accept: 'application/json' },
};

/** RFC 9421, section 2.5, from the words of the signature input. */
function signatureBase(headers: Record<string, string>, values: Record<string, string>): string {
  const input = headers['signature-input']?.replace(/^watt=/, '') ?? '';
  const names = [...(/^\(([^)]*)\)/.exec(input)?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(
    ([, name = '']) => name,
  );
  return [...names.map((name) => `"${name}": ${values[name]}`), `"@signature-params": ${input}`].join('\n');
}

it('covers the method, the target, the body and what limits the price', async () => {
  const headers = await signatureHeaders(signer, request, 1_700_000_000_000);
  const digest = `sha-256=:${createHash('sha256').update(request.body).digest('base64')}:`;
  expect(headers['content-digest']).toBe(digest);
  expect(headers['signature-input']).toMatch(
    /^watt=\("@method" "@target-uri" "content-digest" "x-max-cost"\);created=1700000000;expires=1700000060;nonce="[0-9a-f-]{36}"/,
  );
  const base = signatureBase(headers, {
    '@method': 'POST',
    '@target-uri': request.url,
    'content-digest': digest,
    'x-max-cost': '500',
  });
  const signature = Buffer.from(/^watt=:(.+):$/.exec(headers['signature'] ?? '')?.[1] ?? '', 'base64');
  expect(verifySignature(key.publicKey, Buffer.from(base), signature)).toBe(true);
});

it('signs no digest where there is no body, and never the same nonce twice', async () => {
  const empty = { ...request, method: 'GET', body: '', headers: {} };
  const [a, b] = [await signatureHeaders(signer, empty, 0), await signatureHeaders(signer, empty, 0)];
  expect(a).not.toHaveProperty('content-digest');
  expect(a['signature-input']).not.toBe(b['signature-input']);
});
