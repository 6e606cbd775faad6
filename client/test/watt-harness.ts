import type { Runtime } from '../src/index.ts';

export const JOB = '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f';
export const URL = 'https://example.com/';

export const PAYMENT = {
  amount: 200,
  amount_base: '200000000',
  pay_to: 'the compute wallet',
  token_account: 'its token account',
  mint: 'the mint',
  token_program: 'Token-2022',
  decimals: 6,
  memo: JOB,
  network: 'the genesis hash',
};

export const UNPAID = {
  status: 402,
  body: {
    success: false,
    code: 'PAYMENT_NOT_FOUND',
    error: 'Payment not found for job_id',
    fix: 'Pay.',
    job_id: JOB,
    payment: PAYMENT,
  },
};

export const PENDING = {
  status: 202,
  headers: { 'retry-after': '1' },
  body: { success: false, code: 'PAYMENT_PENDING', error: 'Payment is not confirmed yet', job_id: JOB },
};

export const SCRAPED = {
  status: 200,
  body: {
    success: true,
    job_id: JOB,
    data: { title: 'Example' },
    metadata: { url: URL, scraped_at: '2026-01-01T00:00:00.000Z', size_bytes: 10, execution_ms: 5 },
    watt_charged: 200,
    watt_burned: 0.3,
  },
};

export function problem(status: number, code: string, headers: Record<string, string> = {}) {
  return {
    status,
    headers,
    body: { success: false, code, error: `about ${code}`, fix: `Mend ${code}.`, job_id: JOB },
  };
}

export function jobView(state: string, result?: Record<string, unknown>) {
  return {
    status: 200,
    body: { success: true, job_id: JOB, service: 'scrape', state, ...(result && { result }) },
  };
}

/** A clock that only sleeping moves, so that minutes of waiting take no time; aborted signals still end it. */
export function createFastRuntime(): Runtime & { slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    fetch: globalThis.fetch,
    now: () => now,
    random: () => 0.5,
    async sleep(ms, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}
