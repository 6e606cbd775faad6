import { readFileSync } from 'node:fs';

let text: string | undefined;

/** Our seccomp profile as Docker's API takes it: the JSON itself. Explained in `images/sandbox/SECCOMP.md`. */
export function readSeccompProfile(): string {
  text ??= JSON.stringify(
    JSON.parse(readFileSync(new URL('../../images/sandbox/seccomp.json', import.meta.url), 'utf8')),
  );
  return text;
}
