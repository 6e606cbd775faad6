import { parseJson } from '@watt/shared';
import { printable } from './printable.ts';

const LEVELS: Readonly<Record<number, string>> = { 10: '·', 20: '·', 30: ' ', 40: '!', 50: '✗', 60: '✗' };
const HIDDEN = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err']);

/** A destination for pino that writes its lines for people: time, mark, message, the facts behind it, and why it failed. */
export function humanLog(write: (text: string) => void): { write(line: string): void } {
  return {
    write(line) {
      const entry = parseJson(line) as Record<string, unknown> | null | undefined;
      if (typeof entry !== 'object' || entry === null) {
        write(printable(line));
        return;
      }
      const time = new Date(Number(entry['time'])).toTimeString().slice(0, 8);
      const mark = LEVELS[Number(entry['level'])] ?? ' ';
      const facts = Object.entries(entry)
        .filter(([name]) => !HIDDEN.has(name))
        .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      const error = entry['err'] as { stack?: string; message?: string } | undefined;
      const cause = error ? `\n         ${error.stack ?? error.message ?? ''}` : '';
      const said = `${String(entry['msg'])}${facts.length > 0 ? `  ${facts.join(' ')}` : ''}${cause}`;
      write(`${time} ${mark} ${printable(said)}\n`);
    },
  };
}
