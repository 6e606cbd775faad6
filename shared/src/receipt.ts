import { Compile } from 'typebox/compile';
import { canonicalJson, sha256Hex } from './canonical.ts';
import { copyWishOf, readCopyStatement } from './copy.ts';
import { type Receipt, type ReceiptFacts, ReceiptFactsSchema, ReceiptSchema } from './schemas/receipt.ts';
import type { SigningKey } from './signing/ed25519.ts';
import { signText, verifyText } from './signing/signed-text.ts';
import { parseJson } from './wire/frame.ts';
import { ResultSchema } from './wire/messages.ts';

const receiptCheck = Compile(ReceiptSchema);
const factsCheck = Compile(ReceiptFactsSchema);
const statementCheck = Compile(ResultSchema);

export interface NodeStatement {
  /** The exact header text of the node's result frame. */
  text: string;
  signature: string;
}

export function signReceipt(key: SigningKey, facts: ReceiptFacts, node: NodeStatement | null): Receipt {
  const receipt = canonicalJson(facts);
  return {
    receipt,
    router_signature: signText(key, 'watt/receipt/1', receipt),
    node_statement: node?.text ?? null,
    node_signature: node?.signature ?? null,
  };
}

export interface ReceiptExpectations {
  /** The router's public key, from the operator or from the first contact. */
  router: string;
  /** The exact body that was sent, to prove that this request was done. */
  requestBody?: string | Uint8Array;
  /** The answer of the call, to prove that this result was signed. */
  response?: Record<string, unknown>;
}

export type ReceiptCheck = { valid: true; facts: ReceiptFacts } | { valid: false; fault: string };

/** Verifies a receipt without the network: both signatures, and that they speak of the same job, request, result and money. */
export function verifyReceipt(receipt: Receipt, expected: ReceiptExpectations): ReceiptCheck {
  // It may have come from anybody, whatever its type says.
  if (!receiptCheck.Check(receipt)) return invalid('it does not have the form of a receipt');
  if (!verifyText(expected.router, 'watt/receipt/1', receipt.receipt, receipt.router_signature)) {
    return invalid('the router’s signature does not match');
  }
  const facts = parseJson(receipt.receipt);
  if (!factsCheck.Check(facts)) return invalid('the receipt does not have the form of version 1');
  const fault =
    routerFault(facts, expected) ??
    moneyFault(facts) ??
    (facts.copy ? copyFault(receipt, facts, facts.copy) : nodeFault(receipt, facts)) ??
    contentFault(facts, expected, artifactHashes(receipt));
  return fault ? invalid(fault) : { valid: true, facts };
}

function invalid(fault: string): ReceiptCheck {
  return { valid: false, fault };
}

function routerFault(facts: ReceiptFacts, expected: ReceiptExpectations): string | null {
  return facts.router === expected.router ? null : 'the receipt names another router';
}

function moneyFault(facts: ReceiptFacts): string | null {
  const parts = BigInt(facts.node_share) + BigInt(facts.burned) + BigInt(facts.revenue);
  if (parts !== BigInt(facts.charged)) return 'the shares do not add up to the charge';
  const [charged, price] = [BigInt(facts.charged), BigInt(facts.price)];
  const isDue = facts.settlement === 'captured' ? charged > 0n && charged <= price : charged === 0n;
  return isDue ? null : 'the charge does not follow from the settlement';
}

function nodeFault(receipt: Receipt, facts: ReceiptFacts): string | null {
  if (facts.node === null || receipt.node_statement === null || receipt.node_signature === null) {
    return facts.settlement === 'captured' ? 'a charged job needs a node’s signature' : null;
  }
  if (!verifyText(facts.node, 'watt/frame/1', receipt.node_statement, receipt.node_signature)) {
    return 'the node’s signature does not match';
  }
  const statement = parseJson(receipt.node_statement);
  if (!statementCheck.Check(statement)) return 'the node’s statement is not a result';
  const isSameJob =
    statement.node === facts.node &&
    statement.job_id === facts.job_id &&
    statement.attempt_id === facts.attempt_id &&
    statement.request_sha256 === facts.request_sha256 &&
    statement.body_sha256 === facts.result_sha256;
  if (!isSameJob) return 'router and node signed different things';
  const isCharged = statement.outcome === 'completed';
  return isCharged === (facts.settlement === 'captured')
    ? null
    : 'the settlement does not follow from the node’s outcome';
}

/** A copy is proven by what its node said about it, which names neither this job nor the one that it was made for. */
function copyFault(
  receipt: Receipt,
  facts: ReceiptFacts,
  copy: NonNullable<ReceiptFacts['copy']>,
): string | null {
  if (facts.settlement !== 'captured' || facts.attempt_id !== null)
    return 'a copy is charged and no node’s work';
  if (facts.node === null || receipt.node_statement === null || receipt.node_signature === null) {
    return 'a charged job needs a node’s signature';
  }
  if (!verifyText(facts.node, 'watt/copy/1', receipt.node_statement, receipt.node_signature)) {
    return 'the node’s signature does not match';
  }
  const statement = readCopyStatement(receipt.node_statement);
  if (!statement) return 'the node’s statement is not about a copy';
  const isSameCopy =
    statement.node === facts.node &&
    statement.request_sha256 === copy.request_sha256 &&
    statement.body_sha256 === facts.result_sha256;
  if (!isSameCopy) return 'router and node signed different things';
  const madeAt = Date.parse(copy.made_at);
  // The router may find a copy older than its node says, by a clock that goes wrong, but never younger.
  const isYoung =
    madeAt <= statement.finished_at && Date.parse(facts.finished_at) - madeAt <= copy.max_age * 1000;
  return isYoung ? null : 'the copy was older than is allowed';
}

/** The files that the node named, from a statement that was checked before. */
function artifactHashes({ node_statement: text }: Receipt): ReadonlySet<string> {
  const statement = parseJson(text ?? '');
  const result = statementCheck.Check(statement) ? statement : readCopyStatement(text ?? '');
  return new Set(result?.artifacts.map(({ sha256 }) => sha256));
}

function contentFault(
  facts: ReceiptFacts,
  expected: ReceiptExpectations,
  artifacts: ReadonlySet<string>,
): string | null {
  if (expected.requestBody !== undefined && sha256Hex(expected.requestBody) !== facts.request_sha256) {
    return 'the receipt is for another request';
  }
  if (facts.copy && expected.requestBody !== undefined) {
    const wish = copyWishOf(expected.requestBody);
    if (!wish?.keys.includes(facts.copy.request_sha256)) return 'the copy is of another request';
    if (wish.maxAge !== facts.copy.max_age) return 'the copy was older than is allowed';
  }
  if (
    expected.response !== undefined &&
    sha256Hex(canonicalJson(signedPart(expected.response, artifacts))) !== facts.result_sha256
  ) {
    return 'the receipt is for another result';
  }
  return null;
}

const SIGNED_MEMBERS = ['success', 'code', 'error', 'data', 'output', 'metadata'] as const;

/**
 * The part of an answer that the node signed: its own members, without the base64 that the router puts beside the files of the
 * result. `artifacts` are the hashes of those files; a page's own JSON that looks like a file is left as it is.
 */
export function signedPart(
  response: Record<string, unknown>,
  artifacts: ReadonlySet<string>,
): Record<string, unknown> {
  const members = SIGNED_MEMBERS.filter((name) => response[name] !== undefined);
  return Object.fromEntries(
    members.map((name) => [
      name,
      name === 'data' ? withoutBase64(response[name], artifacts) : response[name],
    ]),
  );
}

function withoutBase64(data: unknown, artifacts: ReadonlySet<string>): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      if (typeof value !== 'object' || value === null || !('base64' in value) || !('sha256' in value))
        return [name, value];
      const { base64, ...ref } = value;
      const isArtifact =
        artifacts.has(String(ref.sha256)) && sha256Hex(Buffer.from(String(base64), 'base64')) === ref.sha256;
      return [name, isArtifact ? ref : value];
    }),
  );
}
