/**
 * Names that mean something only inside a network, single labels among them. Sources: RFC 6761, 6762, 7686, 8375, 9476, 9665,
 * ICANN's .internal, and habit.
 */
const LOCAL_NAMES =
  /^[^.]+$|(?:^|\.)(?:localhost|local|localdomain|lan|home|home\.arpa|service\.arpa|internal|intranet|private|corp|onion|alt|in-addr\.arpa|ip6\.arpa)$/;

/** Takes a host as `normaliseHost` gives it. IP addresses are no names, so never local ones. */
export function isLocalName(host: string): boolean {
  return !host.includes(':') && LOCAL_NAMES.test(host);
}
