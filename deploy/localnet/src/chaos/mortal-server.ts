import { startTethered, type TetheredProcess } from '../supervisor/tethered-process.ts';

const RETRY_MS = 100;
/** Far more than a start takes, also on a machine that does much else. */
const START_LIMIT_MS = 600_000;

export interface MortalServerOptions {
  name: string;
  command: readonly string[];
  env?: NodeJS.ProcessEnv;
  stopSignal: 'TERM' | 'INT';
  /** Resolves when it works; `ended` is aborted when the process is gone. */
  waitUntilReady(wait: { ended: AbortSignal; limitMs: number }): Promise<void>;
}

/** A server that is killed again and again, and comes back on the same files and port. */
export interface MortalServer {
  readonly name: string;
  /** Throws when it has ended without having been killed, with what it said. */
  assertAlive(): void;
  /** `kill -9`, and gone for `downMs`. Resolves when it works again. Rejects as `assertAlive` throws. */
  kill(downMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when the server works. */
export async function startMortalServer(options: MortalServerOptions): Promise<MortalServer> {
  const { name, command, env, stopSignal } = options;

  async function start(): Promise<TetheredProcess> {
    const until = performance.now() + START_LIMIT_MS;
    for (;;) {
      const server = startTethered(command, { stopSignal, ...(env && { env }) });
      try {
        await options.waitUntilReady({ ended: server.ended, limitMs: START_LIMIT_MS });
        return server;
      } catch (error) {
        await server.stop();
        // A Postgres whose predecessor was killed refuses to start until the last child of that one is gone.
        if (performance.now() > until) {
          const why = String(server.ended.aborted ? server.ended.reason : error);
          throw new Error(`${name} did not come up within ${START_LIMIT_MS / 1000} s: ${why}`, {
            cause: error,
          });
        }
        await sleep(RETRY_MS);
      }
    }
  }

  let server = await start();
  const assertAlive = (): void => {
    if (server.ended.aborted) throw new Error(`${name} ended by itself`, { cause: server.ended.reason });
  };
  return {
    name,
    assertAlive,
    async kill(downMs) {
      assertAlive();
      await server.kill();
      await sleep(downMs);
      server = await start();
    },
    stop: () => server.stop(),
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
