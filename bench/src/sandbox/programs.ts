import { type ExecuteRequest, SESSION_LANGUAGES } from '@watt/shared';

/** The same program for every contender. */
export interface BenchProgram {
  language: ExecuteRequest['language'];
  code: string;
  /** How the sandbox image starts it from a path. */
  command: readonly string[];
}

export const PROGRAMS: readonly BenchProgram[] = [
  { language: 'python', code: 'print("hello")', command: ['/usr/bin/python3', '-c'] },
  { language: 'javascript', code: 'console.log("hello")', command: ['/usr/bin/node', '-e'] },
  { language: 'bash', code: 'echo hello', command: ['/usr/bin/bash', '-c'] },
];

/** Those in whose language there are sessions. */
export const SESSION_PROGRAMS = PROGRAMS.filter(({ language }) =>
  SESSION_LANGUAGES.some((one) => one === language),
);

export const OUTPUT = 'hello\n';
export const MEMORY_MB = 256;
