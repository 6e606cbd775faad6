import {
  type Challenge,
  ChallengeSchema,
  openFrame,
  PROTOCOL_VERSION,
  parseJson,
  splitFrame,
} from '@watt/shared';
import { Compile } from 'typebox/compile';
import { isSameAddress } from './router-address.ts';
import { ConnectFault } from './session-end.ts';

const challengeCheck = Compile(ChallengeSchema);

export interface ChallengeExpectations {
  /** The pinned key. */
  routerKey: string;
  /** The websocket address that this node dials, or was told to expect. */
  address: string;
}

/** Decides whether the first frame is a challenge of the router that this node was set up for. Throws a ConnectFault. */
export function checkChallenge(text: string, expected: ChallengeExpectations): Challenge {
  const frame = splitFrame(text);
  const claimed =
    frame && (parseJson(frame.header) as { router?: unknown; protocol?: unknown } | null | undefined);
  if (!frame || frame.body !== null || typeof claimed !== 'object' || claimed === null) {
    throw new ConnectFault('not_a_router', 'What answers there does not speak the node protocol');
  }
  const opened = openFrame(frame, expected.routerKey);
  if ('fault' in opened) {
    throw new ConnectFault(
      'wrong_router_key',
      `The router did not prove the pinned key ${expected.routerKey}; it says that it is ${String(claimed.router)}`,
    );
  }
  if (claimed.protocol !== PROTOCOL_VERSION) {
    throw new ConnectFault(
      'protocol_version',
      `The router speaks protocol ${String(claimed.protocol)}, this node ${PROTOCOL_VERSION}`,
    );
  }
  const challenge = opened.header;
  if (!challengeCheck.Check(challenge) || challenge.router !== expected.routerKey) {
    throw new ConnectFault('bad_challenge', 'The router’s challenge is not valid');
  }
  if (!isSameAddress(challenge.address, expected.address)) {
    throw new ConnectFault(
      'wrong_address',
      `The router says that it is reached at ${challenge.address}, this node dials ${expected.address}`,
    );
  }
  return challenge;
}
