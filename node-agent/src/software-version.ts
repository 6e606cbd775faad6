import { readFileSync } from 'node:fs';

/** The version in this package's package.json. */
export function softwareVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version: unknown }).version);
}
