import type { Quote, QuoteBody } from '@watt/shared';
import { answerError } from './answer-error.ts';
import type { HttpClient } from './http-client.ts';

/** `POST /api/v1/quote`: a price before paying. */
export async function fetchQuote(
  http: HttpClient,
  quote: Pick<QuoteBody, 'service' | 'request'>,
  signal: AbortSignal,
): Promise<Quote> {
  const body = JSON.stringify(quote);
  const answer = await http.send({ method: 'POST', path: '/api/v1/quote', body, signal });
  if (answer.status !== 200) throw answerError(answer);
  return answer.body as unknown as Quote;
}
