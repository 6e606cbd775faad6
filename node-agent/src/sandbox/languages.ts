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

/** What turns a program's source into what its command starts. */
export interface Compiler {
  command: readonly string[];
  /** The container has at least this much while it compiles, and the job's own memory after that. */
  memoryMb: number;
}

/** `core` is on every node that runs programs; `more` where the operator has the room for it. */
export type ImageKind = 'core' | 'more';

export interface LanguageSpec {
  image: ImageKind;
  /** Where the program's source is put, below /tmp. */
  file: string;
  /** Absolute path of the interpreter, and its arguments. */
  command: readonly string[];
  /** Prints one line that holds the version. */
  versionCommand: readonly string[];
  waiting?: WaitingInterpreter;
  compile?: Compiler;
  /** The command is a file that the compiler made, so /tmp must allow to run it. */
  isNative?: true;
  env?: Readonly<Record<string, string>>;
}

const PIPE_BYTES = 60_000;

/** What the images can run. A language more is a row here and its packages in `images/sandbox`. */
export const LANGUAGE_TABLE: Readonly<Record<Language, LanguageSpec>> = {
  python: {
    image: 'core',
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
    image: 'core',
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
    image: 'core',
    file: 'main.sh',
    command: ['/usr/bin/bash', '/tmp/main.sh'],
    versionCommand: ['/usr/bin/bash', '--version'],
    waiting: { maxSourceBytes: 4_096, idleMb: 16 },
  },
  typescript: {
    image: 'core',
    file: 'main.ts',
    compile: {
      command: [
        ...[
          '/usr/bin/esbuild',
          '/tmp/main.ts',
          '--outfile=/tmp/main.js',
          '--platform=node',
          '--target=node20',
        ],
        ...['--sourcemap=inline', '--log-level=warning'],
      ],
      memoryMb: 128,
    },
    command: ['/usr/bin/node', '--enable-source-maps', '/tmp/main.js'],
    versionCommand: ['/usr/bin/esbuild', '--version'],
  },
  ruby: interpreted('main.rb', '/usr/bin/ruby', '--version'),
  php: interpreted('main.php', '/usr/bin/php8.2', '--version'),
  perl: interpreted('main.pl', '/usr/bin/perl', '-V:version'),
  lua: interpreted('main.lua', '/usr/bin/lua5.4', '-v'),
  c: native('main.c', {
    command: ['/usr/bin/gcc', '-O2', '-o', '/tmp/main', '/tmp/main.c', '-lm', '-lpthread'],
    version: ['/usr/bin/gcc', '-dumpfullversion'],
  }),
  cpp: native('main.cpp', {
    command: ['/usr/bin/g++', '-O2', '-std=c++20', '-o', '/tmp/main', '/tmp/main.cpp', '-lpthread'],
    version: ['/usr/bin/g++', '-dumpfullversion'],
  }),
  go: {
    ...native('main.go', {
      command: ['/usr/bin/go', 'build', '-o', '/tmp/main', '/tmp/main.go'],
      version: ['/usr/bin/go', 'version'],
    }),
    env: { GO111MODULE: 'off', GOCACHE: '/tmp/.go-cache', GOMAXPROCS: '1' },
  },
  rust: native('main.rs', {
    command: ['/usr/bin/rustc', '-O', '-C', 'linker=gcc', '-o', '/tmp/main', '/tmp/main.rs'],
    version: ['/usr/bin/rustc', '--version'],
  }),
};

function interpreted(file: string, program: string, versionFlag: string): LanguageSpec {
  return {
    ...{ image: 'more', file },
    command: [program, `/tmp/${file}`],
    versionCommand: [program, versionFlag],
  };
}

function native(
  file: string,
  compiler: { command: readonly string[]; version: readonly string[] },
): LanguageSpec {
  return {
    ...{ image: 'more', file, isNative: true },
    compile: { command: compiler.command, memoryMb: 512 },
    command: ['/tmp/main'],
    versionCommand: compiler.version,
  };
}

export const LANGUAGE_NAMES = Object.keys(LANGUAGE_TABLE) as Language[];

/** Whether any container of its memory will do, whatever it was made for. */
export function runsAnywhere(language: Language): boolean {
  const { image, isNative } = LANGUAGE_TABLE[language];
  return image === 'core' && isNative !== true;
}

export function languagesOf(image: ImageKind): Language[] {
  return LANGUAGE_NAMES.filter((name) => LANGUAGE_TABLE[name].image === image);
}
