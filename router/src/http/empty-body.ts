import { fieldError } from '../intake/intake.ts';

/** For calls without a body where one is needed. */
export function emptyBody(): never {
  throw fieldError({ field: 'body', message: 'is missing', fix: 'Send a JSON object.' });
}
