import { expect, test } from 'vitest';
import { toDebianSources } from './debian-sources.ts';

const MIRROR = 'http://mirror.example/debian/';
const SECURITY = 'http://mirror.example/debian-security/';

test('the mirrors of Debian 12 are taken as they are', () => {
  const targets = [
    `Debian|${MIRROR}|bookworm|bookworm|main`,
    `Debian|${MIRROR}|bookworm-updates|bookworm-updates|main`,
    `Debian|${SECURITY}|bookworm-security|bookworm-security|main`,
    `Debian|${SECURITY}|bookworm-security|bookworm-security|main`,
  ];
  expect(toDebianSources(targets.join('\n'))).toEqual([
    `deb ${MIRROR} bookworm main`,
    `deb ${MIRROR} bookworm-updates main`,
    `deb ${SECURITY} bookworm-security main`,
  ]);
});

test('another release of Debian has the same mirrors; its backports and other components are left out', () => {
  const targets = [
    `Debian|${MIRROR}|stable|trixie|main`,
    `Debian|${MIRROR}|trixie|trixie|non-free`,
    `Debian|${SECURITY}|stable-security|trixie-security|main`,
    `Debian Backports|${MIRROR}|trixie-backports|trixie-backports|main`,
  ];
  expect(toDebianSources(targets.join('\n'))).toEqual([
    `deb ${MIRROR} bookworm main`,
    `deb ${SECURITY} bookworm-security main`,
  ]);
});

test.each(['', 'Ubuntu|http://mirror.example/ubuntu/|noble|noble|main', '$(ORIGIN)|x|y'])(
  'no mirror is made up from %j',
  (targets) => {
    expect(toDebianSources(targets)).toEqual([]);
  },
);
