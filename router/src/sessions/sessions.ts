/** The way into sessions: interpreters that agents rent by the minute. */
export { type CallBook, createCallBook } from './call-book.ts';
export { type SessionCharge, sessionCharge } from './session-charge.ts';
export { Sessions } from './session-desk.ts';
