import type { Logger } from 'pino';
import type { Facilitator } from './facilitator.ts';

export interface ReadinessOptions {
  facilitator: Facilitator;
  tokenAccount: string;
  /** Below this the fee payer is too poor to go on. */
  minLamports: bigint;
  everyMs: number;
  logger: Logger;
}

/** Whether payments over x402 can be taken, looked at now and then. */
export interface Readiness {
  /** Why not, in a sentence that says what to do; null when they can. */
  fault(): string | null;
  /** Looks once, and again from then on. */
  start(): Promise<void>;
  stop(): void;
}

export function watchReadiness(options: ReadinessOptions): Readiness {
  const { facilitator, tokenAccount, minLamports, everyMs, logger } = options;
  let fault: string | null = 'it was not looked at yet';
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const look = async (): Promise<string | null> => {
    const [sol, rent] = await Promise.all([
      facilitator.lamports(facilitator.feePayer),
      facilitator.lamports(tokenAccount),
    ]);
    if (rent === 0n) {
      return `the token account ${tokenAccount} does not exist: create it, for payers of x402 cannot`;
    }
    return sol < minLamports
      ? `the fee payer ${facilitator.feePayer} has ${sol} lamports: send it SOL until it has ${minLamports}`
      : null;
  };

  const run = async (): Promise<void> => {
    const now = await look().catch((error: unknown) => {
      logger.debug({ err: error }, 'the chain does not answer');
      return 'the chain does not answer';
    });
    if (now !== fault) {
      if (now === null) logger.info({ feePayer: facilitator.feePayer }, 'x402 is offered');
      else logger.warn(`x402 is not offered: ${now}`);
    }
    fault = now;
    if (!isStopped) timer = setTimeout(run, everyMs);
  };

  return {
    fault: () => fault,
    start: run,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
