import { accessSync, constants } from 'node:fs';

/** The browser itself comes before Debian's wrapper script, which adds flags of its own. */
const USUAL_PLACES = [
  '/usr/lib/chromium/chromium',
  '/usr/lib/chromium-browser/chromium-browser',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
] as const;

/** The path of a Chromium that can be started, or null. An explicit path is taken or nothing: a wrong one is not papered over. */
export function findChromium(explicit?: string): string | null {
  const places = explicit === undefined ? USUAL_PLACES : [explicit];
  return places.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: both mean "look elsewhere".
    return false;
  }
}
