import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const NAME_WIDTH = 15;
const QUIET_PROGRESS_MS = 10_000;

/**
 * Prints one line a step: `✓ dependencies    installed  4.1 s`. A terminal shows progress in place; a pipe gets a
 * progress line at most every ten seconds.
 */
export function createSteps(stream, env) {
  const isTerminal = stream.isTTY === true;
  const hasColour = !env.NO_COLOR && (isTerminal || Boolean(env.FORCE_COLOR));
  const paint = (code, text) => (hasColour ? `\x1b[${code}m${text}\x1b[0m` : text);

  function begin(name, text) {
    const startedAt = performance.now();
    let lastShown = startedAt;
    let hasEnded = false;
    const head = name.padEnd(NAME_WIDTH);
    if (isTerminal) stream.write(`${paint(2, `… ${head} ${text}`)}`);

    function progress(detail) {
      if (hasEnded) return;
      const now = performance.now();
      if (isTerminal) {
        stream.write(`\r\x1b[2K${paint(2, `… ${head} ${detail}`.slice(0, (stream.columns ?? 80) - 1))}`);
      } else if (now - lastShown >= QUIET_PROGRESS_MS) {
        stream.write(`… ${head} ${detail}\n`);
        lastShown = now;
      }
    }

    function end(mark, colour, detail) {
      hasEnded = true;
      const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
      const clear = isTerminal ? '\r\x1b[2K' : '';
      stream.write(`${clear}${paint(colour, mark)} ${head} ${detail}  ${paint(2, took)}\n`);
    }

    return { progress, done: (detail) => end('✓', 32, detail), failed: (detail) => end('✗', 31, detail) };
  }

  return { begin, line: (text) => stream.write(`${text}\n`), paint };
}

/** A log for what a step's program says, so that a failure can show its last lines. */
export function openLog(path) {
  mkdirSync(dirname(path), { recursive: true });
  return createWriteStream(path);
}
