import type { Contender } from './contender.ts';
import { type LoadResult, runLoad } from './run-load.ts';

export interface RoundsOptions {
  contenders: readonly Contender[];
  rounds: number;
  concurrency: number;
  /** Of each contender in each round. */
  ms: number;
  signal: AbortSignal;
  log: (line: string) => void;
}

/**
 * Measures all contenders in turn, round after round, so that a slow minute of the machine hits all of them. Each is warmed up once
 * before the first round; every round counts.
 */
export async function runRounds(options: RoundsOptions): Promise<Map<string, LoadResult[]>> {
  const { contenders, rounds, concurrency, ms, signal, log } = options;
  const results = new Map<string, LoadResult[]>(contenders.map(({ name }) => [name, []]));
  const measure = async ({ prepare, call }: Contender) => {
    await prepare?.(ms);
    return runLoad({ concurrency, ms, signal, call });
  };
  for (const contender of contenders) await measure(contender);
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      const result = await measure(contender);
      results.get(contender.name)?.push(result);
      const { perSecond, p50Ms } = result;
      log(
        `round ${round}/${rounds}  ${contender.name}: ${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(1)} ms`,
      );
    }
  }
  return results;
}
