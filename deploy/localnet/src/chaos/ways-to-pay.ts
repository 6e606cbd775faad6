import { payByMemo, type WayToPay } from './customer.ts';

/** Every way to pay, as often as it is to be chosen. */
export const WAYS_TO_PAY: readonly WayToPay[] = [payByMemo('commitment'), payByMemo('memo')];
