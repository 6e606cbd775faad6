import type { LookupAddress } from 'node:dns';
import { connect, type Socket } from 'node:net';
import { DialError } from './dial-error.ts';

const NEXT_ADDRESS_AFTER_MS = 250;
/** Stands in for the name: the pinned lookup below answers it, and no resolver ever could. */
const PINNED = 'checked.invalid';

interface DialOptions {
  /** Addresses that the guard has checked; the first that answers is taken. */
  addresses: readonly LookupAddress[];
  port: number;
  timeoutMs: number;
  signal: AbortSignal;
}

/** Opens a TCP connection to one of the given addresses and to nothing else: no name is resolved here. Throws DialError. */
export function dial({ addresses, port, timeoutMs, signal }: DialOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: PINNED,
      port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      noDelay: true,
      lookup: (_name, _options, callback) => {
        callback(null, [...addresses]);
      },
    });
    const timer = setTimeout(
      () => fail(new DialError('timeout', 'The server did not accept a connection in time.')),
      timeoutMs,
    );
    const onAbort = () =>
      fail(new DialError('timeout', 'The job ended while connecting.', { cause: signal.reason }));
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
    };
    const fail = (error: Error) => {
      settle();
      // A late error of the abandoned socket has nobody to tell.
      socket.on('error', () => undefined).destroy();
      reject(error);
    };
    const onError = (cause: Error) =>
      fail(new DialError('connect', 'The server refused the connection or cannot be reached.', { cause }));
    socket.once('error', onError);
    socket.once('connect', () => {
      settle();
      resolve(socket);
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}
