import { createSigningKey, signText } from '@watt/shared';
import Fastify from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Role } from '../role-process.ts';
import { openSigned } from './open-signed.ts';

export interface EchoRouterTask {
  /** Job and reply carry an Ed25519 signature, made and checked on both sides: four operations a job. */
  isSigned: boolean;
}

export interface EchoRouterReady {
  url: string;
  publicKey: string;
}

/**
 * The least that dispatch could be: an HTTP request goes through a websocket to a node, and the node's reply answers it. No
 * database, no money, no queue.
 */
export const echoRouter: Role<EchoRouterTask, EchoRouterReady> = async ({ isSigned }) => {
  const key = createSigningKey();
  const app = Fastify({ logger: false });
  const nodes = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const waiting = new Map<number, (reply: string) => void>();
  let node: WebSocket | null = null;
  let nodeKey = '';
  let lastId = 0;

  nodes.on('connection', (socket, request) => {
    node = socket;
    nodeKey = new URL(request.url ?? '', 'http://localhost').searchParams.get('key') ?? '';
    socket.on('message', (data) => {
      const text = isSigned ? openSigned(nodeKey, String(data)) : String(data);
      const reply: { id: number; result: string } = JSON.parse(text);
      waiting.get(reply.id)?.(reply.result);
      waiting.delete(reply.id);
    });
  });
  app.server.on('upgrade', (request, socket, head) => {
    nodes.handleUpgrade(request, socket, head, (ws) => nodes.emit('connection', ws, request));
  });
  app.post('/job', async (request) => {
    lastId += 1;
    const id = lastId;
    const answered = new Promise<string>((resolve) => waiting.set(id, resolve));
    const text = JSON.stringify({ id, job: request.body });
    node?.send(isSigned ? `${signText(key, 'watt/frame/1', text)}.${text}` : text);
    return { success: true, result: await answered };
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    ready: { url, publicKey: key.publicKey },
    async stop() {
      node?.terminate();
      nodes.close();
      await app.close();
    },
  };
};
