import {
  canonicalJson,
  parseJson,
  type SessionCallPayload,
  SessionCallPayloadSchema,
  signedPart,
} from '@watt/shared';
import { Compile } from 'typebox/compile';

const payloadCheck = Compile(SessionCallPayloadSchema);
const NO_FILES: ReadonlySet<string> = new Set();

/** Reads a call's answer; null when it lacks its form, or is not in RFC 8785 form, in which its caller can build it again. */
export function readCallResult(text: string): SessionCallPayload | null {
  const payload = parseJson(text);
  if (!payloadCheck.Check(payload)) return null;
  try {
    return canonicalJson(signedPart({ ...payload }, NO_FILES)) === text ? payload : null;
  } catch {
    // A number such as 1e999 is read as infinite and has no JSON form.
    return null;
  }
}
