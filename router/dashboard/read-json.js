/** Nobody answered: the router is stopped, or the way to it is cut. */
export class RouterAway extends Error {}

/**
 * Reads JSON of the public API. `path` is relative to the page, so that it also works behind a proxy with a path of its own.
 * `at` is the server's clock in ms. Throws what happened in words, unless the status is good or in `accept`.
 */
export async function readJson(path, { signal, accept = [] }) {
  const options = { signal, headers: { accept: 'application/json' }, cache: 'no-store' };
  const response = await fetch(path, options).catch((cause) => {
    throw new RouterAway('the router does not answer', { cause });
  });
  if (!response.ok && !accept.includes(response.status)) {
    throw new Error(`/${path.split('?')[0]} answers ${response.status}`);
  }
  const body = await response.json();
  const at = Date.parse(response.headers.get('date') ?? '') || Date.now();
  return { status: response.status, body, at };
}
