import type { Report } from '../terminal/report.ts';

const NAME_WIDTH = 13;
const TEXT_WIDTH = 66;
const MS_WIDTH = 9;
const WATT_WIDTH = 11;

export interface Told {
  text: string;
  /** WATT that this line cost, an exact decimal string. */
  watt?: string;
  /** Milliseconds, where the line's own clock is not the one to show. */
  ms?: number;
}

export interface Teller {
  /** Runs one line of the story and prints it; a line that throws is red with the reason. Resolves to whether it passed. */
  line(name: string, act: () => Promise<Told>): Promise<boolean>;
  /** Prints a line of something that has happened. */
  tell(name: string, told: Told): void;
  /** What this machine cannot do, and what would help. */
  skipped(name: string, fix: string): void;
  /** True while no line failed. */
  readonly hasPassed: boolean;
}

export function createTeller(report: Report, now: () => number = () => performance.now()): Teller {
  let hasPassed = true;
  const print = (mark: string, name: string, { text, ms, watt }: Told) => {
    const time = ms === undefined ? '' : `${Math.round(ms)} ms`;
    const cost = watt === undefined ? '' : `${watt} WATT`;
    const figures = `${time.padStart(MS_WIDTH)}${cost.padStart(WATT_WIDTH)}`;
    report.line(
      `${mark} ${name.padEnd(NAME_WIDTH)} ${text.padEnd(TEXT_WIDTH)}${report.paint('dim', figures)}`.trimEnd(),
    );
  };
  return {
    get hasPassed() {
      return hasPassed;
    },
    async line(name, act) {
      const startedAt = now();
      try {
        const told = await act();
        print(report.paint('green', '✓'), name, { ms: now() - startedAt, ...told });
        return true;
      } catch (error) {
        hasPassed = false;
        const text = error instanceof Error ? error.message : String(error);
        const fix = error instanceof Error && 'fix' in error ? ` ${String(error.fix)}` : '';
        print(report.paint('red', '✗'), name, {
          text: report.paint('red', `${text}.${fix}`),
          ms: now() - startedAt,
        });
        return false;
      }
    },
    tell(name, told) {
      print(report.paint('green', '✓'), name, told);
    },
    skipped(name, fix) {
      print(report.paint('yellow', '–'), name, { text: `skipped, not possible on this machine: ${fix}` });
    },
  };
}
