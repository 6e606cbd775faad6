import { once } from 'node:events';
import { createSigningKey, signText } from '@watt/shared';
import { WebSocket } from 'ws';
import type { Role } from '../role-process.ts';
import { openSigned } from './open-signed.ts';

export interface EchoNodeTask {
  routerUrl: string;
  routerKey: string;
  isSigned: boolean;
}

/** Sends every job back as it came. */
export const echoNode: Role<EchoNodeTask, null> = async ({ routerUrl, routerKey, isSigned }) => {
  const key = createSigningKey();
  const url = `${routerUrl.replace('http', 'ws')}/node?key=${key.publicKey}`;
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  socket.on('message', (data) => {
    const text = isSigned ? openSigned(routerKey, String(data)) : String(data);
    const { id, job }: { id: number; job: { code: string } } = JSON.parse(text);
    const reply = JSON.stringify({ id, result: job.code });
    socket.send(isSigned ? `${signText(key, 'watt/frame/1', reply)}.${reply}` : reply);
  });
  return {
    ready: null,
    async stop() {
      socket.terminate();
    },
  };
};
