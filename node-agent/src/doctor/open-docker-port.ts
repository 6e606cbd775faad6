import { request } from 'node:http';

const LIMIT_MS = 1_000;

/** The first of these addresses at which a Docker daemon answers without encryption, or null. A wall that drops packets is no answer. */
export async function findOpenDockerPort(addresses: readonly string[], port: number): Promise<string | null> {
  const answers = await Promise.all(addresses.map((address) => isDocker(address, port)));
  return addresses.find((_, at) => answers[at]) ?? null;
}

function isDocker(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host, port, path: '/_ping', timeout: LIMIT_MS, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.headers['api-version'] !== undefined);
      asked.destroy();
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.once('close', () => resolve(false));
    asked.end();
  });
}
