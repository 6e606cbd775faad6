import type { TakenContainer } from '../container-source.ts';
import type { Language } from '../languages.ts';
import type { OpenContainer } from '../open-container.ts';

/** An interpreter that is not ready after this time never will be. */
const READY_LIMIT_MS = 30_000;

/** Makes a container in which an interpreter waits. Fails when it does not come to that. */
export async function openWaiting(
  open: OpenContainer,
  want: { language: Language; memoryMb: number; lifeMs: number },
): Promise<TakenContainer> {
  const { language, memoryMb, lifeMs } = want;
  const made = await open({ jobId: 'waiting', memoryMb, lifeMs, language, waiting: language });
  if (await isReadyWithin(made, READY_LIMIT_MS)) return made;
  await made.release();
  throw new Error(`an interpreter for ${language} did not get ready: ${made.container.diagnostics()}`);
}

async function isReadyWithin({ container }: TakenContainer, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  try {
    return await Promise.race([container.ready, limit]);
  } finally {
    clearTimeout(timer);
  }
}
