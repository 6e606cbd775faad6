/** One thing that is measured: set up once, called many times, taken down. */
export interface Contender {
  name: string;
  /** Before each round, unmeasured: lays in what `ms` of calls can use up. */
  prepare?(ms: number): Promise<void>;
  call(): Promise<void>;
  stop(): Promise<void>;
}
