import type { ScrapeLimits } from '../scrape-limits.ts';
import type { ScrapeTask } from '../scrape-task.ts';

const PHONE = { width: 412, height: 839 };
const PHONE_SCALE = 2;
/** The reduced form that Chrome itself sends. */
const PLATFORM = { desktop: 'X11; Linux x86_64', mobile: 'Linux; Android 10; K' };

/** How a page is opened. */
export interface PageOptions {
  isScripted: boolean;
  viewport: { width: number; height: number };
  isPhone: boolean;
  /** Device pixels to a CSS pixel. */
  scale: number;
  /** Chromium's own for the device when left out. */
  userAgent?: string;
  /** As in Accept-Language; only its first language is used. */
  language?: string;
  /** For the host of `url` alone. */
  cookies: { name: string; value: string; url: string }[];
}

export function toPageOptions(task: ScrapeTask, limits: ScrapeLimits): PageOptions {
  const { javascript, device, viewport, user_agent, language, cookies = {} } = task.options;
  const isPhone = device === 'mobile';
  const usual = isPhone ? PHONE : { width: limits.viewportWidth, height: limits.viewportHeight };
  return {
    isScripted: javascript,
    viewport: viewport ?? usual,
    isPhone,
    scale: isPhone ? PHONE_SCALE : 1,
    ...(user_agent !== undefined && { userAgent: user_agent }),
    ...(language !== undefined && { language }),
    cookies: Object.entries(cookies).map(([name, value]) => ({ name, value, url: task.url })),
  };
}

/** Headless Chromium names itself in its own user agent; this is what the same version says with a window. */
export function usualUserAgent(version: string, isPhone: boolean): string {
  const major = version.split('.')[0];
  const platform = isPhone ? PLATFORM.mobile : PLATFORM.desktop;
  return `Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 ${isPhone ? 'Mobile ' : ''}Safari/537.36`;
}

/** `de-DE` of `de-DE,de;q=0.9`. */
export function firstLanguage(language: string): string {
  return language.split(/[,;]/)[0]?.trim() ?? '';
}
