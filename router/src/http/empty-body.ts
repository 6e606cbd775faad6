import { AppError } from '@watt/shared';

/** For calls without a body where one is needed. */
export function emptyBody(): never {
  throw new AppError('INVALID_REQUEST', { detail: 'The call needs a JSON body' });
}
