import {
  type Hello,
  HelloSchema,
  openFrame,
  PROTOCOL_VERSION,
  parseJson,
  sessionId,
  splitFrame,
  verifyText,
  walletStatement,
} from '@watt/shared';
import { Compile } from 'typebox/compile';

const helloCheck = Compile(HelloSchema);

export type HelloFault =
  | 'not_a_frame'
  | 'protocol_version'
  | 'bad_hello'
  | 'bad_signature'
  | 'wrong_nonce'
  | 'wrong_address'
  | 'wrong_key'
  | 'bad_wallet_proof';

export interface HelloExpectations {
  /** The nonce and the address of this connection's challenge. */
  nonce: string;
  address: string;
  /** The router's own key, which no node may have. */
  router: string;
}

export type HelloCheck = { hello: Hello; session: string } | { fault: HelloFault; message: string };

/** Decides whether a text frame is a hello that answers this connection's challenge, signed by the key that it names. */
export function checkHello(text: string, expected: HelloExpectations): HelloCheck {
  const frame = splitFrame(text);
  if (!frame || frame.body !== null) return fault('not_a_frame', 'expected a signed hello');
  // Read before it is verified: the key and the version stand inside, and nothing else is used before the signature holds.
  const claimed = parseJson(frame.header);
  if (typeof claimed !== 'object' || claimed === null) return fault('not_a_frame', 'the hello is not JSON');
  const { protocol } = claimed as { protocol?: unknown };
  if (protocol !== PROTOCOL_VERSION) {
    return fault('protocol_version', `this router speaks protocol ${PROTOCOL_VERSION}`);
  }
  if (!helloCheck.Check(claimed))
    return fault('bad_hello', `the hello is not valid at ${firstFault(claimed)}`);
  if ('fault' in openFrame(frame, claimed.node)) {
    return fault('bad_signature', 'the hello is not signed by its node key');
  }
  return checkClaims(claimed, expected);
}

function checkClaims(hello: Hello, expected: HelloExpectations): HelloCheck {
  if (hello.nonce !== expected.nonce) return fault('wrong_nonce', 'the hello answers another challenge');
  if (hello.address !== expected.address) {
    return fault('wrong_address', `the hello is for another router, this one is ${expected.address}`);
  }
  if (hello.node === expected.router) return fault('wrong_key', 'a node cannot use the router’s key');
  if (hello.wallet && !isWalletProven(hello.node, hello.wallet)) {
    return fault('bad_wallet_proof', 'the wallet did not sign this node’s payout statement');
  }
  return { hello, session: sessionId({ router: hello.nonce, node: hello.node_nonce }) };
}

function isWalletProven(nodeId: string, wallet: { address: string; signature: string }): boolean {
  const statement = walletStatement({ nodeId, wallet: wallet.address });
  return verifyText(wallet.address, 'watt/wallet/1', statement, wallet.signature);
}

function firstFault(claimed: unknown): string {
  const [error] = helloCheck.Errors(claimed);
  return error ? `${error.instancePath || '/'}: ${error.message}` : '/';
}

function fault(code: HelloFault, message: string): HelloCheck {
  return { fault: code, message };
}
