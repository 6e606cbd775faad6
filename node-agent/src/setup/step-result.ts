/** What became of one step of the set-up. That something cannot be had is a result, never an exception. */
export type StepResult<T> =
  | {
      state: 'found' | 'installed';
      /** One line for people: what, which version, how long it took. */
      detail: string;
      value: T;
    }
  | {
      state: 'unavailable';
      reason: string;
      /** What to do about it: a command, where one command does it. */
      fix: string;
    };

export type Unavailable = Extract<StepResult<never>, { state: 'unavailable' }>;

/** Takes lines of progress, for people to read while they wait. */
export type Report = (line: string) => void;

export interface SetupOptions {
  /** Install packages with apt, where that is possible without asking anybody. */
  allowInstall: boolean;
  /** Start the Docker daemon. */
  allowStart: boolean;
  /** A folder of ours, for downloads, logs and half-done work. Made if it is missing. */
  cacheDir: string;
  report: Report;
}

export function unavailable(reason: string, fix: string): Unavailable {
  return { state: 'unavailable', reason, fix };
}
