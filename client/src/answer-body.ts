/** An answer of the router before anything about it was checked: the members that the SDK looks at, and all others. */
export interface AnswerBody {
  success?: unknown;
  job_id?: unknown;
  code?: unknown;
  error?: unknown;
  fix?: unknown;
  payment?: unknown;
  state?: unknown;
  data?: unknown;
  output?: unknown;
  metadata?: unknown;
  cache?: unknown;
  watt_charged?: unknown;
  watt_burned?: unknown;
  /** Of `GET /api/v1/pricing`: the public key that signs receipts. */
  router?: unknown;
  [member: string]: unknown;
}

export function isAnswerBody(value: unknown): value is AnswerBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
