import { LIMITS } from '@watt/shared';

// The header of the frame, with its four artifact references, stays far below this.
const HEADER_BYTES = 16 * 1024;

/** What the payload of a result may have, in bytes of UTF-8. */
export const PAYLOAD_BYTES = LIMITS.frameBytes - HEADER_BYTES;
