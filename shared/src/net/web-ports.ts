/** The ports of the public web that may be reached unless an operator says otherwise. */
export const DEFAULT_WEB_PORTS: readonly number[] = [80, 443, 8080, 8443];

const MAX_PORT = 65_535;

/** Reads a comma- or space-separated list such as `80,443,8000`. Throws a TypeError that names the bad entry. */
export function parsePorts(list: string): number[] {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const port = /^\d{1,5}$/.test(entry) ? Number(entry) : 0;
      if (port < 1 || port > MAX_PORT)
        throw new TypeError(`"${entry}" is no port between 1 and ${MAX_PORT}.`);
      return port;
    });
}
