import { spawn } from 'node:child_process';

const TAIL_LINES = 40;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program to its end and passes our signals on to it. Resolves to its exit code, or 128 + n for a signal, with
 * the last lines that it said. With `isQuiet` its output goes to `log` and `onLine` instead of to the terminal.
 */
export function runProgram(command, args, { cwd, env, isQuiet = false, log, onLine }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: isQuiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    const tail = [];
    const handlers = SIGNALS.map((signal) => [signal, () => child.kill(signal)]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const forget = () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    if (isQuiet) {
      for (const stream of [child.stdout, child.stderr]) readLines(stream, (line) => keep(line));
    }
    function keep(line) {
      log?.write(`${line}\n`);
      if (line.trim() === '') return;
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLine?.(line);
    }
    child.once('error', (error) => {
      forget();
      reject(error);
    });
    child.once('close', (code, signal) => {
      forget();
      resolve({ code: code ?? 128 + (signal === 'SIGINT' ? 2 : 15), tail });
    });
  });
}

function readLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    const lines = (rest + text).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => rest && onLine(rest));
}
