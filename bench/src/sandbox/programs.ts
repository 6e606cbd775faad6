import type { ExecuteRequest } from '@watt/shared';

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

export const OUTPUT = 'hello\n';
export const MEMORY_MB = 256;
