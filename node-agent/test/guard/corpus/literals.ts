import { networkInterfaces } from 'node:os';

/** Spellings of this very machine: a client without a guard reaches the canary by each of them. */
export const LOOPBACK_SPELLINGS = [
  ...['127.0.0.1', '127.1', '127.0.1', '127.0.0.1.', '127.000.000.001', '127.0.0.01', '127.0.0.0x1'],
  ...['2130706433', '0x7f000001', '0X7F000001', '0x7f.1', '0x7f.0x0.0x0.0x1', '0177.0.0.1', '0177.0x0.0.1'],
  ...['017700000001', '00000000177.1', '127.0x1', '%31%32%37.0.0.1', '%30x7f.1', '①②⑦.⓪.⓪.①', '127。0。0。1'],
  ...['１２７.0.0.1', '127．0．0．1', '127｡0｡0｡1', '𝟭𝟮𝟳.𝟬.𝟬.𝟭', '0.0.0.0', '0', '0x0', '00.0.0.0'],
  ...['127.255.255.254', '127.0.0.2', '127.127', '[::1]', '[0:0:0:0:0:0:0:1]', '[::0001]', '[::]', '[0::0]'],
  ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::FFFF:127.0.0.1]', '[0:0:0:0:0:ffff:7f00:0001]'],
];

/** Other special addresses, by the registry's blocks and in their spellings. */
export const SPECIAL_LITERALS = [
  ...['10.0.0.1', '10.255.255.255', '012.0.0.1', '0xa.1', '167772161', '172.16.0.1', '172.31.255.254'],
  ...['192.168.1.1', '0xc0a80101', '3232235777', '192.168.257', '100.64.0.1', '100.127.255.254'],
  ...[
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '169.254.43518',
    '0251.0376.0251.0376',
    '①⑥⑨.254.169.254',
  ],
  ...['169.254.170.2', '100.100.100.200', '192.0.0.192', '168.63.129.16', '0xa83f8110', '169.254.1.1'],
  ...['192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '192.88.99.1', '192.31.196.1'],
  ...['224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255', '0.1.2.3', '4294967295'],
  ...[
    '[fe80::1]',
    '[fe80::a9fe:a9fe]',
    '[fec0::1]',
    '[fc00::1]',
    '[fd00::1]',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
  ],
  ...['[::127.0.0.1]', '[::7f00:1]', '[::ffff:0:127.0.0.1]', '[::ffff:10.0.0.1]', '[::ffff:169.254.169.254]'],
  ...['[64:ff9b::127.0.0.1]', '[64:ff9b::a00:1]', '[64:ff9b:1::127.0.0.1]', '[64:ff9b:1:fffe::1]'],
  ...['[2002:7f00:1::]', '[2002:a9fe:a9fe::]', '[2001:0:7f00:1::]', '[2001::1]', '[2600::5efe:7f00:1]'],
  ...['[2a00:1::200:5efe:c0a8:101]', '[2001:db8::1]', '[3fff::1]', '[100::1]', '[5f00::1]', '[2001:2::1]'],
  ...['[ff02::1]', '[ff0e::1]', '[4000::1]', '[8000::1]', '[1::1]', '[2620:4f:8000::1]'],
];

/** Every address of this machine, the ones by which its neighbours know it. */
export function ownLiterals(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
}

/** Names that no resolver is asked for. */
export const LOCAL_HOSTS = [
  ...[
    'localhost',
    'LOCALHOST',
    'LocalHost.',
    'foo.localhost',
    'ｌｏｃａｌｈｏｓｔ',
    'loc%61lhost',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  ],
  ...[
    'localhost.localdomain',
    'ip6-localhost',
    'printer',
    'wpad',
    'nas.local',
    'router.lan',
    'fritz.box.home',
  ],
  ...['a.home.arpa', 'metadata.google.internal', 'instance-data', 'kubernetes.default.svc.cluster.local'],
  ...['host.docker.internal', 'x.intranet', 'x.corp', '1.0.0.127.in-addr.arpa', 'a.onion'],
];
