import { fieldError } from './validate.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** What Postgres cannot look into and UTF-8 cannot carry is refused before it is paid for or kept. Throws INVALID_REQUEST. */
export function assertText(field: string, text: string): void {
  const fault = text.includes('\0')
    ? 'a NUL character'
    : LONE_SURROGATE.test(text)
      ? 'half a surrogate pair'
      : null;
  if (fault) {
    throw fieldError({ field, message: `contains ${fault}`, fix: 'Send Unicode text without it.' });
  }
}

/** The same for the names and texts in a value. A schema has bounded how deep this goes. */
export function assertTexts(field: string, value: object): void {
  for (const [name, member] of Object.entries(value)) {
    const under = field === '' ? name : `${field}.${name}`;
    assertText(field, name);
    if (typeof member === 'string') assertText(under, member);
    else if (typeof member === 'object') assertTexts(under, member);
  }
}
