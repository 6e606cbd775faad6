import type { SessionLanguage } from '@watt/shared';

const COMMANDS: Readonly<Record<SessionLanguage, readonly string[]>> = {
  python: ['/usr/bin/python3', '/usr/lib/watt/kernel.py'],
  // An interrupt may break off a callback that Node itself has called, at which these checks would end the process.
  javascript: ['/usr/bin/node', '--no-force-async-hooks-checks', '/usr/lib/watt/kernel.cjs'],
};

/** PID 1 of a session's container. */
export function kernelCommand(language: SessionLanguage): string[] {
  return ['/usr/lib/watt/session', ...COMMANDS[language]];
}
