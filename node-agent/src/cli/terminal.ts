import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';

/** Where a command talks. Results go to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Asks a person, with a default for an empty answer; null when nobody is there to answer. */
  ask: ((question: string, preset: string) => Promise<string>) | null;
}

interface Streams {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable;
  stderr: Writable;
}

export function openTerminal({ stdin, stdout, stderr }: Streams): Terminal {
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    ask: stdin.isTTY
      ? async (question, preset) => {
          const reader = createInterface({ input: stdin, output: stderr });
          try {
            const answer = await reader.question(`${question}${preset ? ` [${preset}]` : ''}: `);
            return answer.trim() || preset;
          } finally {
            reader.close();
          }
        }
      : null,
  };
}
