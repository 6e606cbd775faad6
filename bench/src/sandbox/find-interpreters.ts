import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import type { BenchProgram } from './programs.ts';

/** Debian's before whatever a version manager puts in front of it: a wrapper script would make the bare program look slow. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  python: ['/usr/bin/python3', '/usr/local/bin/python3'],
  javascript: [process.execPath],
  bash: ['/usr/bin/bash', '/bin/bash'],
};

export interface HostInterpreter {
  path: string;
  version: string;
}

/** The interpreter of this machine for a language. Throws where there is none: without it there is nothing to compare with. */
export function findInterpreter({ language }: BenchProgram): HostInterpreter {
  const path = PLACES[language]?.find((place) => existsSync(place));
  if (path === undefined) throw new Error(`this machine has no ${language} to compare with`);
  const said = execFileSync(path, ['--version'], { encoding: 'utf8' });
  return { path: realpathSync(path), version: /\d+\.\d+(\.\d+)?/.exec(said)?.[0] ?? 'unknown' };
}
