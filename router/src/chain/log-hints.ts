import WebSocket from 'ws';

export interface LogNotice {
  signature: string;
  logs: string[];
  failed: boolean;
}

export interface LogHintsOptions {
  wsUrl: string;
  /** Base58; transactions that mention it are told of. */
  account: string;
  level: 'processed' | 'confirmed';
  onNotice: (notice: LogNotice) => void;
}

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 30_000;
/** A connection from which nothing is heard for so long, not even a pong, is given up. */
const SILENCE_MS = 30_000;
const MAX_BYTES = 1_048_576;

/**
 * Hears of transactions by `logsSubscribe`, and subscribes anew after every break. Notices may be lost: sweeps find what they miss. Not the SDK's
 * own subscriptions, which turn in a loop for ever when they unsubscribe on a socket that is closing, and stay silent after some breaks.
 */
export function startLogHints(options: LogHintsOptions): () => void {
  let socket: WebSocket | null = null;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = RETRY_MIN_MS;
  let isStopped = false;

  const connect = (): void => {
    const opened = new WebSocket(options.wsUrl, { maxPayload: MAX_BYTES, handshakeTimeout: SILENCE_MS });
    socket = opened;
    const heart = watchSilence(opened);
    opened.once('open', () => opened.send(subscription(options)));
    opened.on('message', (data) => {
      const notice = readNotice(String(data));
      if (notice === null) return;
      retryMs = RETRY_MIN_MS;
      options.onNotice(notice);
    });
    // A close always follows, and that is where the next try begins.
    opened.on('error', () => undefined);
    opened.once('close', () => {
      clearInterval(heart);
      if (isStopped) return;
      timer = setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
    });
  };
  connect();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    socket?.terminate();
  };
}

/** Where a provider answers websockets when nobody says: beside its HTTP address, and on a port of one's own the next port. */
export function websocketUrlOf(rpcUrl: string): string {
  const url = new URL(rpcUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (url.port !== '') url.port = String(Number(url.port) + 1);
  return url.href;
}

function watchSilence(socket: WebSocket): NodeJS.Timeout {
  let isHeard = true;
  const hear = (): void => {
    isHeard = true;
  };
  socket.on('message', hear).on('pong', hear);
  return setInterval(() => {
    if (!isHeard) return socket.terminate();
    isHeard = false;
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, SILENCE_MS);
}

function subscription({ account, level }: LogHintsOptions): string {
  const params = [{ mentions: [account] }, { commitment: level }];
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'logsSubscribe', params });
}

interface Notification {
  method?: unknown;
  params?: { result?: { value?: { signature?: unknown; err?: unknown; logs?: unknown } } };
}

/** Null for whatever is no notice: the answer to the subscription, or nonsense. */
function readNotice(text: string): LogNotice | null {
  let message: Notification;
  try {
    message = JSON.parse(text);
  } catch {
    // A provider that sends no JSON is none to take hints from.
    return null;
  }
  const value = message?.method === 'logsNotification' ? message.params?.result?.value : undefined;
  if (typeof value?.signature !== 'string' || !Array.isArray(value.logs)) return null;
  return { signature: value.signature, logs: value.logs.map(String), failed: value.err != null };
}
