import { type WebSocket, WebSocketServer } from 'ws';
import { encodingOf } from './account-methods.ts';
import { errorAnswer, methodNotFound, parseJson, type RpcCall, readCall } from './dispatch.ts';
import { addressParam, asAddress, asSignature, configParam } from './params.ts';
import { invalidParams, RPC_CODE, RpcError } from './rpc-error.ts';
import type { Subscription, Subscriptions, Topic } from './subscriptions.ts';

const MAX_MESSAGE_BYTES = 100_000;
const MAX_SUBSCRIPTIONS_PER_SOCKET = 10_000;

/** A reader that lets this much pile up is cut off. */
const MAX_UNSENT_BYTES = 16_000_000;

const METHOD = /^(signature|logs|account|slot)(Subscribe|Unsubscribe)$/;

/** Serves subscriptions; `nextId` numbers them across all sockets. */
export function createWebsocketEndpoint(subscriptions: Subscriptions): WebSocketServer {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  let lastId = 0;
  const nextId = (): number => {
    lastId += 1;
    return lastId;
  };
  server.on('connection', (socket) => serveSocket(socket, subscriptions, nextId));
  return server;
}

function serveSocket(socket: WebSocket, subscriptions: Subscriptions, nextId: () => number): void {
  const own = new Map<number, Subscription>();
  const send = (message: unknown): void => {
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
    else socket.send(JSON.stringify(message));
  };
  const subscribe = (call: RpcCall, kind: string): void => {
    if (own.size >= MAX_SUBSCRIPTIONS_PER_SOCKET) {
      throw new RpcError('Internal error: too many subscriptions', { code: RPC_CODE.internal });
    }
    const topic = readTopic(kind, call.params);
    const id = nextId();
    const subscription: Subscription = {
      id,
      topic,
      notify: (result) =>
        send({ jsonrpc: '2.0', method: `${kind}Notification`, params: { result, subscription: id } }),
      onEnd: () => own.delete(id),
    };
    own.set(id, subscription);
    // The answer goes first: a client does not know a notice whose subscription it has not heard of.
    send({ jsonrpc: '2.0', result: id, id: call.id });
    subscriptions.add(subscription);
  };
  const unsubscribe = (call: RpcCall): void => {
    const id = Number(call.params[0]);
    const subscription = own.get(id);
    if (subscription === undefined) throw invalidParams('Invalid subscription id.');
    subscriptions.remove(subscription);
    own.delete(id);
    send({ jsonrpc: '2.0', result: true, id: call.id });
  };

  socket.on('message', (data) => {
    let call: RpcCall | null = null;
    try {
      call = readCall(parseJson(data.toString()));
      const [, kind, action] = METHOD.exec(call.method) ?? [];
      if (kind !== undefined && action === 'Subscribe') subscribe(call, kind);
      else if (kind !== undefined) unsubscribe(call);
      // web3.js keeps its connection awake with a notification named ping, which has no id and wants no answer.
      else if (call.id !== null) throw methodNotFound();
    } catch (error) {
      send(errorAnswer(call?.id ?? null, error));
    }
  });
  socket.on('close', () => {
    for (const subscription of own.values()) subscriptions.remove(subscription);
    own.clear();
  });
  // A socket error is always followed by close, where all is cleaned up.
  socket.on('error', () => socket.terminate());
}

/** @throws RpcError */
function readTopic(kind: string, params: readonly unknown[]): Topic {
  if (kind === 'slot') return { kind };
  const config = configParam(params, 1);
  const commitment = config.commitment ?? 'finalized';
  if (kind === 'signature') return { kind, signature: asSignature(params[0]), commitment };
  if (kind === 'account') {
    return { kind, address: addressParam(params, 0), commitment, encoding: encodingOf(config) };
  }
  return { kind: 'logs', mentions: readMentions(params[0]), commitment };
}

/** Null means all transactions. */
function readMentions(filter: unknown): string | null {
  if (filter === 'all' || filter === 'allWithVotes') return null;
  const { mentions } = (filter ?? {}) as { mentions?: unknown };
  if (!Array.isArray(mentions) || mentions.length !== 1) {
    throw invalidParams('Invalid Request: Only 1 address supported');
  }
  return asAddress(mentions[0]);
}
