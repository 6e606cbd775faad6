import { playRole } from './play-role.ts';

/** The parts that run in processes of their own. Each is loaded only where it is played, so that no process carries the others' code. */
const ROLES = {
  'echo-router': async () => playRole((await import('./dispatch/echo-router.ts')).echoRouter),
  'echo-node': async () => playRole((await import('./dispatch/echo-node.ts')).echoNode),
  'bullmq-worker': async () => playRole((await import('./dispatch/bullmq-worker.ts')).bullmqWorker),
  router: async () => playRole((await import('./dispatch/paid-router.ts')).paidRouter),
  'instant-node': async () => playRole((await import('./dispatch/instant-node.ts')).instantNode),
  'scrape-site': async () => playRole((await import('./scrape/site.ts')).site),
  'watt-scraper': async () => playRole((await import('./scrape/watt-scraper.ts')).wattScraper),
  'crawlee-scraper': async () => playRole((await import('./scrape/crawlee-scraper.ts')).crawleeScraper),
  'playwright-scraper': async () =>
    playRole((await import('./scrape/playwright-scraper.ts')).playwrightScraper),
};

export type RoleName = keyof typeof ROLES;

/** Plays the named role in this process; false when there is none of that name. */
export async function playNamedRole(name: string): Promise<boolean> {
  if (!Object.hasOwn(ROLES, name)) return false;
  await ROLES[name as RoleName]();
  return true;
}
