/**
 * Calls and pays over x402 with the unmodified client of the x402 project, on the local network.
 *
 *   node deploy/localnet/examples/pay-by-x402.mjs [CODE] [network.json]
 */
import { readFileSync } from 'node:fs';
import { createKeyPairSignerFromBytes } from '@solana/kit';
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from '@x402/fetch';
import { ExactSvmScheme } from '@x402/svm/exact/client';

const [code = 'print(6 * 7)', networkFile = '.watt/network.json'] = process.argv.slice(2);
const network = JSON.parse(readFileSync(networkFile, 'utf8'));
const secret = Uint8Array.from(JSON.parse(readFileSync(network.agent_key_file, 'utf8')));

const client = new x402Client()
  .register(
    'solana:*',
    new ExactSvmScheme(await createKeyPairSignerFromBytes(secret), { rpcUrl: network.rpc_url }),
  )
  .setSpendControls({
    allowedAssets: [{ network: 'solana:*', asset: network.mint, maxAmountPerPayment: '1000000000' }],
  });

const response = await wrapFetchWithPayment(fetch, client)(`${network.router_url}/api/v1/execute`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ language: 'python', code }),
});
const paid = response.headers.get('payment-response');
if (paid) process.stdout.write(`${JSON.stringify(decodePaymentResponseHeader(paid), null, 2)}\n`);
process.stdout.write(`${response.status} ${JSON.stringify(await response.json(), null, 2)}\n`);
process.exitCode = response.ok ? 0 : 1;
