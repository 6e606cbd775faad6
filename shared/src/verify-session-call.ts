import { Compile } from 'typebox/compile';
import { canonicalJson, sha256Hex } from './canonical.ts';
import { type ReceiptCheck, signedPart, verifyReceipt } from './receipt.ts';
import type { Receipt } from './schemas/receipt.ts';
import { SessionPayloadSchema } from './schemas/session.ts';
import { verifyText } from './signing/signed-text.ts';
import { parseJson } from './wire/frame.ts';
import { type CallResult, CallResultSchema } from './wire/messages.ts';

const payloadCheck = Compile(SessionPayloadSchema);
const statementCheck = Compile(CallResultSchema);
const NO_FILES: ReadonlySet<string> = new Set();

export interface SessionCallExpectations {
  /** The router's public key, from the operator or from the first contact. */
  router: string;
  /** The result of the session, as `GET /api/v1/jobs/:id` has it. */
  session: Record<string, unknown>;
  /** The program that was sent. */
  code: string;
  /** What `POST /api/v1/sessions/:id/calls` answered. */
  answer: Record<string, unknown> & { proof: { statement: string; signature: string } };
}

/**
 * Verifies one call of a session without the network: the receipt of the session holds, its node signed this very answer to this very
 * program, and the result that was paid for names both.
 */
export function verifySessionCall(receipt: Receipt, expected: SessionCallExpectations): ReceiptCheck {
  const { router, session, code, answer } = expected;
  const check = verifyReceipt(receipt, { router, response: session });
  if (!check.valid) return check;
  const { node } = check.facts;
  const { statement: text, signature } = answer.proof;
  if (node === null || !verifyText(node, 'watt/frame/1', text, signature)) {
    return invalid('the node’s signature of the call does not match');
  }
  const statement = parseJson(text);
  if (!statementCheck.Check(statement)) return invalid('the node’s statement is not of a call');
  const { job_id, attempt_id } = check.facts;
  if (statement.job_id !== job_id || statement.attempt_id !== attempt_id || statement.node !== node) {
    return invalid('the call is of another session');
  }
  if (statement.code_sha256 !== sha256Hex(code)) return invalid('the call is of another program');
  if (statement.body_sha256 !== sha256Hex(canonicalJson(signedPart(answer, NO_FILES)))) {
    return invalid('the call has another answer');
  }
  return isNamed(session, statement) ? check : invalid('the result of the session does not name the call');
}

function isNamed(session: Record<string, unknown>, statement: CallResult): boolean {
  const payload = signedPart(session, NO_FILES);
  if (!payloadCheck.Check(payload)) return false;
  return payload.data.calls.some(
    (call) =>
      call.call_id === statement.call_id &&
      call.code_sha256 === statement.code_sha256 &&
      call.result_sha256 === statement.body_sha256,
  );
}

function invalid(fault: string): ReceiptCheck {
  return { valid: false, fault };
}
