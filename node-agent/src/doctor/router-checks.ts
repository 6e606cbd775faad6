import type { NodeConfig } from '../config/node-config.ts';
import { askChallenge } from '../connection/ask-challenge.ts';
import { parseRouterAddress } from '../connection/router-address.ts';
import { ConnectFault } from '../connection/session-end.ts';
import { type Check, failed, ok, warning } from './check.ts';

const LIMIT_MS = 10_000;
/** Deadlines are in the router's time, so a wrong clock is survived; certificates and log files survive less of it. */
const SKEW_NOTED_MS = 2_000;
const SKEW_FAILED_MS = 60_000;
const SET_CLOCK = 'set this machine’s clock: sudo timedatectl set-ntp true';

/** Codes that are about who answered, not about whether anybody did. */
const STRANGERS = new Set([
  'wrong_router_key',
  'wrong_address',
  'not_a_router',
  'protocol_version',
  'bad_challenge',
]);

/** Whether the router answers, has the key that was pinned, and has the same time. Says nothing to it. */
export async function checkRouter(router: NodeConfig['router'], clock: () => number): Promise<Check[]> {
  const { ws } = parseRouterAddress(router.url, { insecure: router.insecure ?? false });
  const askedAt = clock();
  try {
    const challenge = await askChallenge({
      url: ws,
      address: router.address ?? ws,
      routerKey: router.key,
      limitMs: LIMIT_MS,
    });
    const answeredAt = clock();
    return [
      ok('router', `${router.url} answered in ${answeredAt - askedAt} ms`),
      ok('router key', `proven, as pinned: ${router.key}`),
      checkClock(challenge.at - answeredAt, answeredAt - askedAt),
    ];
  } catch (error) {
    if (!(error instanceof ConnectFault)) throw error;
    if (!STRANGERS.has(error.code)) {
      const fix = 'check the address and this machine’s way into the internet';
      return [failed('router', `${router.url}: ${error.message}`, fix)];
    }
    const fix =
      'do not go on before you know why; a router that was set up anew has a new key: watt-node init --router URL --router-key KEY';
    return [
      ok('router', `${router.url} answered in ${clock() - askedAt} ms`),
      failed('router key', error.message, fix),
    ];
  }
}

function checkClock(skewMs: number, uncertainMs: number): Check {
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  const found = `${seconds} s ${skewMs < 0 ? 'ahead of' : 'behind'} the router, to within ${uncertainMs} ms`;
  const beyondMs = Math.abs(skewMs) - uncertainMs;
  if (beyondMs > SKEW_FAILED_MS) return failed('clock', found, SET_CLOCK);
  return beyondMs > SKEW_NOTED_MS ? warning('clock', found, SET_CLOCK) : ok('clock', found);
}
