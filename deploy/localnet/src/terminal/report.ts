const NAME_WIDTH = 15;
const QUIET_PROGRESS_MS = 10_000;
const COLOURS = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1, cyan: 36 } as const;
export type Colour = keyof typeof COLOURS;

export interface OutputStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Step {
  progress(detail: string): void;
  done(detail: string): void;
  /** Not available: the reason, and what to do; the rest goes on without it. */
  missing(detail: string): void;
  failed(detail: string): void;
}

export interface Report {
  step(name: string, detail?: string): Step;
  line(text?: string): void;
  paint(colour: Colour, text: string): string;
}

export interface ReportOptions {
  stream: OutputStream;
  hasColour: boolean;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

/** Writes for people: a terminal sees progress in place, a pipe gets whole lines only, and few of them. */
export function createReport({ stream, hasColour, now = () => performance.now() }: ReportOptions): Report {
  const isTerminal = stream.isTTY === true;
  const paint = (colour: Colour, text: string) =>
    hasColour ? `\x1b[${COLOURS[colour]}m${text}\x1b[0m` : text;
  const clear = isTerminal ? '\r\x1b[2K' : '';
  let openLine = '';

  function line(text = ''): void {
    stream.write(`${openLine ? clear : ''}${text}\n`);
    if (openLine) stream.write(openLine);
  }

  function step(name: string, detail = ''): Step {
    const startedAt = now();
    const head = name.padEnd(NAME_WIDTH);
    let lastShown = startedAt;
    let hasEnded = false;
    if (isTerminal) show(detail);

    function show(text: string): void {
      openLine = paint('dim', `… ${head} ${text}`.slice(0, (stream.columns ?? 80) - 1));
      stream.write(`${clear}${openLine}`);
    }

    function progress(text: string): void {
      if (hasEnded) return;
      if (isTerminal) {
        show(text);
      } else if (now() - lastShown >= QUIET_PROGRESS_MS) {
        lastShown = now();
        stream.write(`… ${head} ${text}\n`);
      }
    }

    function end(mark: string, text: string): void {
      if (hasEnded) return;
      hasEnded = true;
      openLine = '';
      const took = paint('dim', `${((now() - startedAt) / 1000).toFixed(1)} s`);
      stream.write(`${clear}${mark} ${head} ${text}  ${took}\n`);
    }

    return {
      progress,
      done: (text) => end(paint('green', '✓'), text),
      missing: (text) => end(paint('yellow', '–'), text),
      failed: (text) => end(paint('red', '✗'), text),
    };
  }

  return { step, line, paint };
}
