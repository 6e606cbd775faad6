import type { Readable } from 'node:stream';
import { AppError } from '@watt/shared';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireScope } from '../access/access.ts';
import type { Context } from '../context.ts';
import {
  type Answer,
  countedAs,
  readIdempotencyKey,
  readMaxCost,
  type Submission,
} from '../intake/intake.ts';
import type { PaidCall, PaidCallRequest, SoldPath, X402 } from '../x402/x402.ts';
import { headerText, prefersAsync } from './call-headers.ts';
import { emptyBody } from './empty-body.ts';
import type { RawBody } from './raw-body.ts';
import { receivedCall } from './received-call.ts';

/** A call that buys something, before it is known what. */
type BuyingCall = Omit<Submission, 'service'>;

/** What a call that buys is answered; `jobId` where the body does not name it. */
type SoldAnswer = Omit<Answer, 'body'> & { body: object | Readable; jobId?: string };

type Seller = Pick<Context, 'authenticate' | 'closing' | 'x402'>;

/** Reads a call that buys, lets it be answered, and adds what x402 has to say of it, whether it went well or not. */
export async function sell(
  { authenticate, closing, x402 }: Seller,
  path: SoldPath,
  { request, reply }: { request: FastifyRequest<{ Body: RawBody | undefined }>; reply: FastifyReply },
  buy: (call: BuyingCall) => Promise<SoldAnswer>,
): Promise<FastifyReply> {
  const { raw, json } = request.body ?? emptyBody();
  const { headers, ip: address } = request;
  const authority = await authenticate(receivedCall(request));
  const agent = countedAs({ authority, address });
  const paid = openPaidCall(x402, { path, raw, headers, agent });
  const gone = new AbortController();
  // A caller that hangs up stops waiting; what it bought goes on and can be asked for again.
  reply.raw.once('close', () => gone.abort());
  try {
    const answer = await buy({
      raw,
      body: json,
      address,
      authority: authority && requireScope(authority, 'spend'),
      idempotencyKey: readIdempotencyKey(headers['idempotency-key']),
      maxCost: readMaxCost('x-max-cost', headerText(headers['x-max-cost'])),
      isAsync: prefersAsync(headers['prefer']),
      signal: AbortSignal.any([gone.signal, closing]),
      settlement: paid?.settlement,
    });
    const receipt = await paid?.receipt(answer.jobId ?? ('job_id' in answer.body && answer.body.job_id));
    return reply
      .code(answer.status)
      .headers({ ...answer.headers, ...receipt })
      .send(answer.body);
  } catch (error) {
    throw paid ? await paid.explain(error) : error;
  }
}

/** A payment that nobody here can settle is refused, so that its payer does not wait for what will not come. */
function openPaidCall(x402: X402 | null, request: PaidCallRequest): PaidCall | null {
  if (x402) return x402.open(request);
  if (request.headers['payment-signature'] === undefined) return null;
  throw new AppError('X402_UNAVAILABLE', { detail: 'x402 is not offered here; pay by memo' });
}
