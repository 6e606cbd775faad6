import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from '../contender.ts';
import { createHttpCaller } from '../http-caller.ts';
import { startPostgres } from '../postgres.ts';
import { startRole } from '../role-process.ts';
import { HELLO_BODY } from './hello-body.ts';
import type { InstantNodeTask } from './instant-node.ts';
import { startMintedChain } from './minted-chain.ts';
import type { PaidRouterReady, PaidRouterTask } from './paid-router.ts';
import { openPaymentStock } from './payment-stock.ts';

/** Above what any round has reached so far; the stock follows the measured rate from then on. */
const FIRST_GUESS_PER_SECOND = 3_000;

/**
 * The product: `POST /api/v1/execute` with the id of a paid job → hold → lease → signed job → signed result → capture → 200, with
 * Postgres at its default durability and router, node and load generator in processes of their own.
 */
export async function startPaidPath(options: { name: string; concurrency: number }): Promise<Contender> {
  const { name, concurrency } = options;
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const dir = await mkdtemp(join(tmpdir(), 'watt-bench-'));
    undo.push(() => rm(dir, { recursive: true, force: true }));
    const chain = await startMintedChain();
    undo.push(chain.stop);
    const postgres = await startPostgres(dir);
    undo.push(postgres.stop);
    const task = { ...chain.forRouter, databaseUrl: postgres.url };
    const router = await startRole<PaidRouterTask, PaidRouterReady>('router', task);
    undo.push(router.stop);
    const { url } = router.ready;
    const node = await startRole<InstantNodeTask, null>('instant-node', {
      routerUrl: url,
      slots: 4 * concurrency,
    });
    undo.push(node.stop);
    const stock = await openPaymentStock(postgres.url, chain.tokenAccount);
    undo.push(stock.close);
    const http = createHttpCaller(url, concurrency);
    undo.push(http.close);

    let usedPerSecond = FIRST_GUESS_PER_SECOND;
    let before = 0;
    return {
      name,
      async prepare(ms) {
        if (before > 0) usedPerSecond = Math.max(usedPerSecond, ((before - stock.left()) * 1_000) / ms);
        const wanted = Math.ceil((usedPerSecond * 2 * ms) / 1_000) + concurrency;
        await stock.layIn(Math.max(0, wanted - stock.left()));
        before = stock.left();
      },
      call: () => http.post('/api/v1/execute', JSON.stringify({ job_id: stock.take(), ...HELLO_BODY })),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
