import type { Language as SharedLanguage } from '@watt/shared';

export type Language = SharedLanguage;

/** An interpreter that waits for its program inside of open(), so that it can be started before there is one. */
export interface WaitingInterpreter {
  /** The largest program that it is given: what fits into a pipe, and less where it reads byte by byte. */
  maxSourceBytes: number;
  /** False for a program that reads differently through a pipe. */
  canRead?: (source: string) => boolean;
  /** The command where it is not the language's own: what it does more is done before there is a program. */
  command?: readonly string[];
  /** What one that waits takes of the machine's memory, the container around it included. */
  idleMb: number;
}

export interface LanguageSpec {
  /** Where the program's source is put, below /tmp. */
  file: string;
  /** Absolute path of the interpreter, and its arguments. */
  command: readonly string[];
  /** Prints one line that holds the version. */
  versionCommand: readonly string[];
  waiting?: WaitingInterpreter;
}

const PIPE_BYTES = 60_000;

/** What the image can run. A language more is a row here and its packages in `images/sandbox/packages.txt`. */
export const LANGUAGE_TABLE: Readonly<Record<Language, LanguageSpec>> = {
  python: {
    file: 'main.py',
    command: ['/usr/bin/python3', '/tmp/main.py'],
    versionCommand: ['/usr/bin/python3', '--version'],
    waiting: {
      maxSourceBytes: PIPE_BYTES,
      // For an encoding other than UTF-8 Python seeks in its source, which a pipe does not allow.
      canRead: (source) => !/^[^\n]*\n?[^\n]*coding[:=]/.test(source),
      idleMb: 24,
    },
  },
  javascript: {
    file: 'main.js',
    command: ['/usr/bin/node', '/tmp/main.js'],
    versionCommand: ['/usr/bin/node', '--version'],
    waiting: {
      command: ['/usr/bin/node', '--require', '/usr/lib/watt/wait.cjs', '/tmp/main.js'],
      maxSourceBytes: PIPE_BYTES,
      idleMb: 56,
    },
  },
  bash: {
    file: 'main.sh',
    command: ['/usr/bin/bash', '/tmp/main.sh'],
    versionCommand: ['/usr/bin/bash', '--version'],
    waiting: { maxSourceBytes: 4_096, idleMb: 16 },
  },
};

export const LANGUAGE_NAMES = Object.keys(LANGUAGE_TABLE) as Language[];
