import { CookieJar } from 'tough-cookie';

const MAX_COOKIES = 200;

/** One job's cookies. Nothing of them outlives the job. */
export interface JobCookies {
  headerFor(url: URL): Promise<string>;
  /** Takes in Set-Cookie; what is not valid, or not the site's to set, is left out. */
  take(url: URL, setCookie: string | string[] | undefined): Promise<void>;
}

/** `given`: the agent's cookies, for the host of `url` alone. */
export async function createJobCookies(url: URL, given: Record<string, string> = {}): Promise<JobCookies> {
  const jar = new CookieJar(undefined, { looseMode: true });
  let taken = 0;
  for (const [name, value] of Object.entries(given)) {
    await jar.setCookie(`${name}=${value}; Path=/`, url.href, { ignoreError: true });
  }
  return {
    headerFor: ({ href }) => jar.getCookieString(href),
    async take({ href }, setCookie = []) {
      for (const line of Array.isArray(setCookie) ? setCookie : [setCookie]) {
        if (taken >= MAX_COOKIES) return;
        taken += 1;
        await jar.setCookie(line, href, { ignoreError: true });
      }
    },
  };
}
