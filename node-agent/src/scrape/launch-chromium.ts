import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Browser } from 'playwright-core';
import { DISABLED_FEATURES } from './browser/chromium-features.ts';
import { ScrapeFailure } from './scrape-failure.ts';
import { makeChromiumFolder, noteProfile, removeFolder, sweepChromium } from './sweep-chromium.ts';

export type { Browser, BrowserContext, CDPSession, Page, Request, Response } from 'playwright-core';

/** Hands Chromium to the lower user; runs as root. */
const AS_USER = fileURLToPath(new URL('../../launch/chromium-as-user.sh', import.meta.url));
/** A number that Debian gives to nobody. Source: Debian Policy, section 9.2.2, the range 60000 to 64999. */
const LOWER_UID = 63_017;

const LAUNCH_MS = 30_000;

/**
 * Names are resolved by our proxy alone; WebRTC may not open sockets of its own; QUIC would not
 * pass the proxy. Playwright adds its own list, with background networking and component updates off.
 */
const FLAGS = [
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--disable-quic',
  '--disable-gpu',
  '--disable-sync',
  '--disable-domain-reliability',
  '--no-pings',
  // A busy machine looks like a slow line, on which Chromium leaves out scripts that a page writes.
  '--force-effective-connection-type=4G',
  '--dns-prefetch-disable',
  DISABLED_FEATURES,
];

export interface LaunchOptions {
  executablePath: string;
  proxyUrl: string;
  /**
   * `kept` where this process is no root. Root either starts Chromium as a `lower-user`, with its sandbox, or as `root` without one.
   */
  runAs: 'kept' | 'lower-user' | 'root';
}

/** One process of Chromium. */
export interface ChromiumInstance {
  browser: Browser;
  pid: number;
  /** Playwright's for it, and ours: Chromium leaves sockets and files in both. */
  folders: string[];
}

/** Starts a Chromium whose only way to any network is the proxy. Throws ScrapeFailure `browser`. */
export async function launchChromium({
  executablePath,
  proxyUrl,
  runAs,
}: LaunchOptions): Promise<ChromiumInstance> {
  const nodeUid = process.getuid?.() ?? LOWER_UID;
  const chromiumUid = runAs === 'lower-user' ? LOWER_UID : nodeUid;
  // What others left is no reason not to start.
  await sweepChromium({ nodeUid, chromiumUid }).catch(() => 0);
  const folder = await makeChromiumFolder().catch((cause) => {
    throw notStarted(cause);
  });
  try {
    // Loaded here, since a node without a browser would carry its 70 MB for nothing.
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launch({
      executablePath: runAs === 'lower-user' ? AS_USER : executablePath,
      headless: true,
      // Playwright's own proxy option, not a flag: it also takes back Chromium's exemption for loopback and link-local addresses.
      proxy: { server: proxyUrl },
      // It cannot start under root; everywhere else a renderer is never run without it.
      chromiumSandbox: runAs !== 'root',
      args: FLAGS,
      // Playwright trusts the pages of its users; here one that navigates without end would starve all others.
      ignoreDefaultArgs: ['--disable-ipc-flooding-protection'],
      artifactsDir: folder.artifacts,
      // Nothing of this node's own environment: it may hold secrets, and Chromium runs strangers' pages.
      env: {
        ...{ PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', HOME: folder.home, TMPDIR: folder.home },
        ...(runAs === 'lower-user' && { CHROMIUM_PATH: executablePath, CHROMIUM_UID: String(LOWER_UID) }),
      },
      timeout: LAUNCH_MS,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    try {
      const { pid, profile } = await describeProcess(browser);
      await noteProfile(folder, profile);
      return { browser, pid, folders: [profile, folder.path] };
    } catch (error) {
      await browser.close();
      throw error;
    }
  } catch (cause) {
    await removeFolder(folder.path);
    throw notStarted(cause);
  }
}

function notStarted(cause: unknown): ScrapeFailure {
  return new ScrapeFailure('browser', 'The browser could not be started.', { cause });
}

async function describeProcess(browser: Browser): Promise<{ pid: number; profile: string }> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const { commandLine } = await session.send('SystemInfo.getInfo');
  await session.detach();
  const pid = processInfo.find(({ type }) => type === 'browser')?.id;
  const profile = /--user-data-dir="?([^"\s]+)/.exec(commandLine)?.[1];
  if (pid === undefined || !profile?.startsWith(tmpdir()))
    throw new Error('the browser does not name its process');
  return { pid, profile };
}

/** After a crash children live on for a moment and write their profile again while Playwright removes it. */
export async function sweepUp({ pid, folders }: ChromiumInstance, logger: Logger): Promise<void> {
  killGroup(pid, logger);
  try {
    await Promise.all(folders.map(removeFolder));
  } catch (error) {
    logger.warn({ err: error, folders }, "Chromium's temporary files could not be removed");
  }
}

/** Kills the browser with every renderer. */
export function killGroup(pid: number, logger: Logger): void {
  try {
    // Playwright starts Chromium as the leader of its own group.
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    logger.debug({ err: error, pid }, 'Chromium was gone before it was killed');
  }
}
