import { isIP } from 'node:net';
import { parseUrl } from '@watt/shared';
import { CliError } from '../cli/cli-error.ts';

const CONNECT_PATH = '/api/v1/nodes/connect';

export interface RouterAddress {
  /** Base address without a slash at its end, `https://router.example`. */
  http: string;
  /** `wss://router.example/api/v1/nodes/connect` */
  ws: string;
}

/**
 * Reads the router's address in any of its spellings (http, https, ws, wss; `host:port` counts as https, or as http on this machine).
 * Throws a CliError for anything else, and for plain text over a network unless that is asked for.
 */
export function parseRouterAddress(text: string, options: { insecure: boolean }): RouterAddress {
  const withScheme = /^[a-z]+:\/\//i.test(text)
    ? text
    : `${isLoopbackText(text) ? 'http' : 'https'}://${text}`;
  const url = parseUrl(withScheme);
  const secure = url && { 'https:': true, 'wss:': true, 'http:': false, 'ws:': false }[url.protocol];
  if (!url || secure === undefined || secure === null || url.username !== '' || url.search !== '') {
    throw new CliError(`${text} is not a router’s address`, {
      fix: 'Give one such as https://router.example',
    });
  }
  if (!secure && !isLoopback(url.hostname) && !options.insecure) {
    throw new CliError(`${url.host} is another machine and the address is not encrypted`, {
      fix: `Use https://${url.host}, or add --insecure on a network that you trust.`,
    });
  }
  const path = url.pathname.replace(new RegExp(`${CONNECT_PATH}/?$`), '').replace(/\/+$/, '');
  const place = `${url.host}${path}`;
  return {
    http: `${secure ? 'https' : 'http'}://${place}`,
    ws: `${secure ? 'wss' : 'ws'}://${place}${CONNECT_PATH}`,
  };
}

/** Whether two websocket addresses lead to one place. The names of this machine are one name. */
export function isSameAddress(one: string, other: string): boolean {
  return canonical(one) === canonical(other) && canonical(one) !== null;
}

function canonical(text: string): string | null {
  const url = parseUrl(text);
  if (!url) return null;
  const host = isLoopback(url.hostname) ? 'loopback' : url.hostname;
  const port = url.port || (url.protocol === 'wss:' ? '443' : '80');
  return `${url.protocol}//${host}:${port}${url.pathname.replace(/\/+$/, '')}`;
}

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIP(hostname) === 4 && hostname.startsWith('127.');
}

function isLoopbackText(text: string): boolean {
  return isLoopback(parseUrl(`http://${text}`)?.hostname ?? '');
}
