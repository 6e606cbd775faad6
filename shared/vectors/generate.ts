import { canonicalVectors } from './canonical-vectors.ts';
import { frameVectors } from './frame-vectors.ts';
import { memoVectors, normalisedMemos } from './memo-vectors.ts';
import { amountVectors, splitVectors } from './money-vectors.ts';
import { receiptVectors } from './receipt-vectors.ts';
import { signatureVectors } from './signature-vectors.ts';

/**
 * Every test vector, by the name of its file in this folder. All keys come from fixed seeds, so the files never change by themselves;
 * after a change of the protocol `npx vitest run shared/test/vector-files.test.ts -u` writes them anew.
 */
export function generateVectors() {
  return {
    'signatures.json': signatureVectors(),
    'frames.json': frameVectors(),
    'receipts.json': receiptVectors(),
    'memos.json': { commitments: memoVectors(), seen: normalisedMemos() },
    'canonical.json': canonicalVectors(),
    'money.json': { splits: splitVectors(), amounts: amountVectors() },
  };
}
