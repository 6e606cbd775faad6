import type { Language as SharedLanguage } from '@watt/shared';

export type Language = SharedLanguage;

export interface LanguageSpec {
  /** Where the program's source is put. */
  file: string;
  /** Absolute path of the interpreter, and its arguments. */
  command: readonly string[];
  /** Prints one line that holds the version. */
  versionCommand: readonly string[];
}

/** What the image can run. A language more is a row here and its packages in `images/sandbox/packages.txt`. */
export const LANGUAGE_TABLE: Readonly<Record<Language, LanguageSpec>> = {
  python: {
    file: '/tmp/main.py',
    command: ['/usr/bin/python3', '/tmp/main.py'],
    versionCommand: ['/usr/bin/python3', '--version'],
  },
  javascript: {
    file: '/tmp/main.js',
    command: ['/usr/bin/node', '/tmp/main.js'],
    versionCommand: ['/usr/bin/node', '--version'],
  },
  bash: {
    file: '/tmp/main.sh',
    command: ['/usr/bin/bash', '/tmp/main.sh'],
    versionCommand: ['/usr/bin/bash', '--version'],
  },
};

export const LANGUAGE_NAMES = Object.keys(LANGUAGE_TABLE) as Language[];
