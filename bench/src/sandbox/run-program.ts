import { spawn } from 'node:child_process';
import { type BenchProgram, OUTPUT } from './programs.ts';

const LIMIT_MS = 30_000;

/** The program in a container of the same image, without our limits. */
export function runInDocker(image: string, { command, code }: BenchProgram): Promise<void> {
  return runProgram('docker', ['run', '--rm', '--network', 'none', image, ...command, code]);
}

/** Starts a program, reads its output to the end, and fails unless it says what it must. */
export function runProgram(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: LIMIT_MS });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 && said === OUTPUT) resolve();
      else reject(new Error(`${program} ended with ${code} and said ${JSON.stringify(said)}`));
    });
  });
}
