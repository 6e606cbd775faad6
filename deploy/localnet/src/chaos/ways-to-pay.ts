import { payByMemo, type WayToPay } from './customer.ts';
import { payByX402 } from './pay-by-x402.ts';

/** Every way to pay. */
export const WAYS_TO_PAY: readonly WayToPay[] = [payByMemo('commitment'), payByMemo('memo'), payByX402];
