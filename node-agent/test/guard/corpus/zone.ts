import type { ZoneRecord } from '../dns-server.ts';

const PUBLIC = '93.184.216.34';

/** Names whose answers lead inside, each in another way. All are asked of a real DNS server over UDP. */
export const HOSTILE_ZONE: Record<string, ZoneRecord> = {
  'private.test': { a: ['127.0.0.1'] },
  'lan.test': { a: ['192.168.1.1'] },
  'cgnat.test': { a: ['100.64.0.1'] },
  'metadata.test': { a: ['169.254.169.254'] },
  'azure.test': { a: ['168.63.129.16'] },
  'zero.test': { a: ['0.0.0.0'] },
  'six.test': { aaaa: ['::1'] },
  'unspecified-six.test': { aaaa: ['::'] },
  'mapped.test': { aaaa: ['::ffff:127.0.0.1'] },
  'compatible.test': { aaaa: ['::127.0.0.1'] },
  'nat64.test': { aaaa: ['64:ff9b::7f00:1'] },
  'local-nat64.test': { aaaa: ['64:ff9b:1::7f00:1'] },
  '6to4.test': { aaaa: ['2002:7f00:1::'] },
  'teredo.test': { aaaa: ['2001:0:7f00:1::'] },
  'isatap.test': { aaaa: ['2600::5efe:7f00:1'] },
  'unique-local.test': { aaaa: ['fd00::1'] },
  'link-local.test': { aaaa: ['fe80::1'] },
  'mixed.test': { a: [PUBLIC, '127.0.0.1'] },
  'mixed-last.test': { a: ['127.0.0.1', PUBLIC] },
  'mixed-families.test': { a: [PUBLIC], aaaa: ['::1'] },
  'mixed-families-other.test': { a: ['10.0.0.1'], aaaa: ['2606:4700::1111'] },
  'many.test': { a: [...Array.from({ length: 20 }, (_, i) => `93.184.216.${i + 1}`), '127.0.0.1'] },
  'alias.test': { cname: 'private.test' },
  'alias-of-alias.test': { cname: 'alias.test' },
  'alias-local.test': { cname: 'localhost' },
  localhost: { a: ['127.0.0.1'] },
  'deep.alias.test': { cname: 'alias-of-alias.test' },
  '127.0.0.1.nip.test': { a: ['127.0.0.1'] },
  '7f000001.c0a80001.rbndr.test': { a: ['127.0.0.1'] },
  'xn--bcher-kva.test': { a: ['127.0.0.1'] },
  'own-home.test': { aaaa: ['2600:7fff:1:7::9'] },
  'hairpin.test': { a: ['93.184.216.77'] },
};
