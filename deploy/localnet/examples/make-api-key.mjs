/**
 * Makes an API key that spends the demo agent's balance: one request, signed by the wallet as RFC 9421 says, with nothing but Node.
 *
 *   node deploy/localnet/examples/make-api-key.mjs [network.json]
 */
import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import bs58 from 'bs58';

const [networkFile = '.watt/network.json'] = process.argv.slice(2);
const network = JSON.parse(readFileSync(networkFile, 'utf8'));
// Solana's form of a key: the 32 bytes of the seed, then the 32 of the public key.
const secret = Uint8Array.from(JSON.parse(readFileSync(network.agent_key_file, 'utf8')));
const wallet = bs58.encode(secret.subarray(32));
const key = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret.subarray(0, 32)]),
  format: 'der',
  type: 'pkcs8',
});

const url = `${network.router_url}/api/v1/keys`;
const body = JSON.stringify({ name: 'example', scopes: ['spend', 'read'], budget_per_day: 1000 });
const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
const now = Math.floor(Date.now() / 1000);
const input = `("@method" "@target-uri" "content-digest");created=${now};expires=${now + 60};nonce="${randomUUID()}";keyid="solana:${wallet}";tag="watt"`;
const signed = [
  '"@method": POST',
  `"@target-uri": ${url}`,
  `"content-digest": ${digest}`,
  `"@signature-params": ${input}`,
].join('\n');

const answer = await fetch(url, {
  method: 'POST',
  body,
  headers: {
    'content-type': 'application/json',
    'content-digest': digest,
    'signature-input': `sig=${input}`,
    signature: `sig=:${sign(null, Buffer.from(signed), key).toString('base64')}:`,
  },
});
const made = await answer.json();
if (answer.status !== 201) throw new Error(`${made.code}: ${made.error}. ${made.fix}`);
process.stdout.write(`${made.key}\n`);
