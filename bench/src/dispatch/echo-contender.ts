import { createJobId } from '@watt/shared';
import type { Contender } from '../contender.ts';
import { createHttpCaller } from '../http-caller.ts';
import { startRole } from '../role-process.ts';
import type { EchoNodeTask } from './echo-node.ts';
import type { EchoRouterReady, EchoRouterTask } from './echo-router.ts';
import { HELLO_BODY } from './hello-body.ts';

/** Fastify → websocket → node → reply, each side in a process of its own. */
export async function startEcho(options: {
  name: string;
  isSigned: boolean;
  concurrency: number;
}): Promise<Contender> {
  const { name, isSigned, concurrency } = options;
  const router = await startRole<EchoRouterTask, EchoRouterReady>('echo-router', { isSigned });
  const { url, publicKey } = router.ready;
  const node = await startRole<EchoNodeTask, null>('echo-node', {
    routerUrl: url,
    routerKey: publicKey,
    isSigned,
  });
  const http = createHttpCaller(url, concurrency);
  return {
    name,
    call: () => http.post('/job', JSON.stringify({ job_id: createJobId(), ...HELLO_BODY })),
    async stop() {
      await http.close();
      await node.stop();
      await router.stop();
    },
  };
}
