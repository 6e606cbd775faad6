const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const KEY_BYTES = 32;

/**
 * Checks a receipt with this browser's own Ed25519: both signatures, and that they speak of the same job, request, result and money.
 * Gives the checks, each with whether it holds; throws when the browser cannot check such signatures.
 */
export async function verifyReceipt(receipt, { routerKey, jobId }) {
  const isSignedByRouter = await isSigned(routerKey, {
    text: `watt/receipt/1\n${receipt.receipt}`,
    signature: receipt.router_signature,
  });
  const facts = JSON.parse(receipt.receipt);
  const parts = BigInt(facts.node_share) + BigInt(facts.burned) + BigInt(facts.revenue);
  const isCaptured = facts.settlement === 'captured';
  const checks = [
    {
      says: 'signed by the key this router publishes',
      holds: isSignedByRouter && facts.router === routerKey,
    },
    { says: 'about this job', holds: facts.job_id === jobId },
    { says: 'the shares add up to what was charged', holds: parts === BigInt(facts.charged) },
    { says: 'charged no more than the price if done, nothing if not', holds: isDue(facts) },
  ];
  if (facts.copy) checks.push(...(await checkCopy(receipt, facts)));
  else if (receipt.node_statement !== null) checks.push(...(await checkNode(receipt, facts)));
  else checks.push({ says: 'no node answered, so nothing was charged', holds: !isCaptured });
  return { checks, facts };
}

function isDue({ settlement, charged, price }) {
  if (settlement !== 'captured') return charged === '0';
  return BigInt(charged) > 0n && BigInt(charged) <= BigInt(price);
}

/** A copy is proven by what its node said about it, which names no job. */
async function checkCopy(receipt, facts) {
  const statement = JSON.parse(receipt.node_statement);
  const isSignedByNode = await isSigned(facts.node, {
    text: `watt/copy/1\n${receipt.node_statement}`,
    signature: receipt.node_signature,
  });
  const madeAt = Date.parse(facts.copy.made_at);
  const isSameWork =
    statement.request_sha256 === facts.copy.request_sha256 && statement.body_sha256 === facts.result_sha256;
  return [
    {
      says: 'signed by the node that made the copy',
      holds: isSignedByNode && statement.node === facts.node,
    },
    { says: 'router and node name the same page and result', holds: isSameWork },
    {
      says: 'no older than was allowed',
      holds:
        madeAt <= statement.finished_at &&
        Date.parse(facts.finished_at) - madeAt <= facts.copy.max_age * 1000,
    },
    {
      says: 'charged as a copy, without a run',
      holds: facts.settlement === 'captured' && facts.attempt_id === null,
    },
  ];
}

async function checkNode(receipt, facts) {
  const statement = JSON.parse(receipt.node_statement);
  const isSignedByNode = await isSigned(facts.node, {
    text: `watt/frame/1\n${receipt.node_statement}`,
    signature: receipt.node_signature,
  });
  const isSameJob =
    statement.type === 'result' &&
    statement.node === facts.node &&
    statement.job_id === facts.job_id &&
    statement.attempt_id === facts.attempt_id;
  const isSameWork =
    statement.request_sha256 === facts.request_sha256 && statement.body_sha256 === facts.result_sha256;
  return [
    { says: 'signed by the node that did the work', holds: isSignedByNode && isSameJob },
    { says: 'router and node name the same request and result', holds: isSameWork },
    {
      says: 'settled as the node’s outcome demands',
      holds: (statement.outcome === 'completed') === (facts.settlement === 'captured'),
    },
  ];
}

async function isSigned(publicKey, { text, signature }) {
  // Only pages from https or from this very machine are given WebCrypto.
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) throw new Error('browsers check signatures only on pages from https or localhost');
  const raw = decodeBase58(publicKey);
  if (raw === null || !/^[A-Za-z0-9_-]{86}$/.test(signature)) return false;
  const key = await subtle.importKey('raw', raw, 'Ed25519', false, ['verify']).catch((cause) => {
    throw new Error('this browser has no Ed25519', { cause });
  });
  return subtle.verify('Ed25519', key, decodeBase64url(signature), new TextEncoder().encode(text));
}

/** The 32 bytes of a public key, or null. */
function decodeBase58(text) {
  if (text.length > 44) return null;
  let value = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return null;
    value = value * 58n + BigInt(digit);
  }
  const hex = value.toString(16).padStart(KEY_BYTES * 2, '0');
  if (hex.length !== KEY_BYTES * 2) return null;
  return Uint8Array.from(hex.match(/../g), (byte) => Number.parseInt(byte, 16));
}

function decodeBase64url(text) {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(bytes, (letter) => letter.charCodeAt(0));
}
