import ipaddr from 'ipaddr.js';
import { parseUrl } from './parse-url.ts';

/** Why an address is not part of the public internet. The words of the IANA registries where they have one. */
export type AddressFault =
  | 'invalid'
  | 'unspecified'
  | 'private'
  | 'shared'
  | 'loopback'
  | 'link-local'
  | 'cloud-metadata'
  | 'protocol-assignment'
  | 'documentation'
  | 'benchmarking'
  | 'as112'
  | 'amt'
  | 'relay-anycast'
  | 'multicast'
  | 'reserved'
  | 'broadcast'
  | 'unique-local'
  | 'site-local'
  | 'discard'
  | 'segment-routing'
  | 'ipv4-mapped'
  | 'ipv4-compatible'
  | 'ipv4-translated'
  | 'nat64'
  | '6to4'
  | 'teredo'
  | 'isatap'
  | 'not-global-unicast';

type Rows = readonly (readonly [prefix: string, fault: AddressFault])[];

/** First match wins. Source: IANA IPv4 Special-Purpose Address Registry, and the metadata addresses of the clouds. */
const IPV4_ROWS: Rows = [
  ['169.254.169.254/32', 'cloud-metadata'],
  ['169.254.170.2/32', 'cloud-metadata'],
  ['100.100.100.200/32', 'cloud-metadata'],
  ['192.0.0.192/32', 'cloud-metadata'],
  // Azure's wire server has a public-looking address that only answers inside a virtual machine.
  ['168.63.129.16/32', 'cloud-metadata'],
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol-assignment'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'as112'],
  ['192.52.193.0/24', 'amt'],
  ['192.88.99.0/24', 'relay-anycast'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'as112'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['240.0.0.0/4', 'reserved'],
];

/**
 * First match wins; what no row names must lie in 2000::/3. Forms that carry an IPv4 address are refused whatever it is: no public
 * site lives behind one, and a gateway that unwraps them could lead anywhere. Source: IANA IPv6 Special-Purpose Address Registry.
 */
const IPV6_ROWS: Rows = [
  ['fd00:ec2::254/128', 'cloud-metadata'],
  ['fd20:ce::254/128', 'cloud-metadata'],
  ['fd00:c1::a9fe:a9fe/128', 'cloud-metadata'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::ffff:0:0/96', 'ipv4-mapped'],
  ['::ffff:0:0:0/96', 'ipv4-translated'],
  ['::/96', 'ipv4-compatible'],
  ['64:ff9b::/96', 'nat64'],
  ['64:ff9b:1::/48', 'nat64'],
  ['100::/64', 'discard'],
  ['2001::/32', 'teredo'],
  ['2001:2::/48', 'benchmarking'],
  ['2001::/23', 'protocol-assignment'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'as112'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'segment-routing'],
  ['fc00::/7', 'unique-local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
];

const IPV4_RANGES = IPV4_ROWS.map(([prefix, fault]) => ({ range: ipaddr.IPv4.parseCIDR(prefix), fault }));
const IPV6_RANGES = IPV6_ROWS.map(([prefix, fault]) => ({ range: ipaddr.IPv6.parseCIDR(prefix), fault }));
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
const DOTTED_QUAD = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

/**
 * Says whether an IP address belongs to the public internet, and if not, why. Takes the forms that resolvers and `URL` give: four
 * decimal numbers, or IPv6 without brackets. Everything else (octal, hexadecimal, zones, names) is `invalid`, thus refused.
 */
export function classifyAddress(ip: string): 'public' | AddressFault {
  const address = parseAddress(ip);
  if (address === null) return 'invalid';
  if (address instanceof ipaddr.IPv4) {
    return IPV4_RANGES.find(({ range }) => address.match(range))?.fault ?? 'public';
  }
  const known = IPV6_RANGES.find(({ range }) => address.match(range))?.fault;
  if (known) return known;
  if (!address.match(GLOBAL_UNICAST)) return 'not-global-unicast';
  return isIsatap(address) ? 'isatap' : 'public';
}

/** True when the address lies in one of the prefixes (`192.168.1.0/24`, `2001:db8::/64`, or a bare address). */
export function isInPrefixes(ip: string, prefixes: readonly string[]): boolean {
  const address = parseAddress(ip);
  if (address === null) return false;
  return prefixes.some((prefix) => {
    const [base = '', bits] = prefix.split('/');
    const network = parseAddress(base);
    if (network === null || network.kind() !== address.kind()) return false;
    const length = bits === undefined ? (network.kind() === 'ipv4' ? 32 : 128) : Number(bits);
    return address.match(network, length);
  });
}

function parseAddress(ip: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (DOTTED_QUAD.test(ip)) return ipaddr.IPv4.isValid(ip) ? ipaddr.IPv4.parse(ip) : null;
  // WHATWG's parser first: ipaddr.js alone reads `::8.8.8.8` as a mapped address, and knows zones.
  if (!ip.includes(':') || parseUrl(`http://[${ip}]/`) === null) return null;
  return ipaddr.IPv6.parse(new URL(`http://[${ip}]/`).hostname.slice(1, -1));
}

/** RFC 5214: the interface identifier 0000:5efe or 0200:5efe, then an IPv4 address. */
function isIsatap(address: ipaddr.IPv6): boolean {
  const [, , , , high = 0, low = 0] = address.parts;
  return (high & 0xfdff) === 0 && low === 0x5efe;
}
