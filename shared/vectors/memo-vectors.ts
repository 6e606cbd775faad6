import { createHash } from 'node:crypto';

export interface MemoVector {
  job_id: string;
  body: string;
  body_sha256: string;
  commitment: string;
}

/** Commitment memos: `w1:` + base64url(sha256(job_id + ":" + hex(sha256(body)))), the body as UTF-8. */
export function memoVectors(): MemoVector[] {
  return [
    { job_id: '00000000-0000-0000-0000-000000000000', body: '' },
    { job_id: '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f', body: '{"url":"https://example.com/"}' },
    {
      job_id: 'ffffffff-ffff-4fff-bfff-ffffffffffff',
      body: '{"language":"python","code":"print(\'Grüße ⚡\')"}',
    },
  ].map(({ job_id, body }) => {
    const body_sha256 = createHash('sha256').update(body).digest('hex');
    const digest = createHash('sha256').update(`${job_id}:${body_sha256}`).digest('base64');
    const commitment = `w1:${digest.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
    return { job_id, body, body_sha256, commitment };
  });
}

/** How memos seen on chain are brought to the form they are looked up by. */
export function normalisedMemos(): { seen: string; normalised: string }[] {
  return [
    { seen: '3F0E7B5C-9A51-4C1E-8D2A-0F6F6F6F6F6F', normalised: '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f' },
    { seen: ' 3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f\n', normalised: '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f' },
    { seen: 'w1:AbC', normalised: 'w1:AbC' },
    { seen: 'Deposit', normalised: 'deposit' },
    { seen: '', normalised: '' },
  ];
}
