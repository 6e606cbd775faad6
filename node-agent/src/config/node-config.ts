import { readFile } from 'node:fs/promises';
import { IsolationSchema, NodeClassSchema, parseJson, ServiceSchema } from '@watt/shared';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { CliError } from '../cli/cli-error.ts';
import type { Home } from './home.ts';
import { writeDurably } from './write-durably.ts';

const Words = Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 2000 });
const Key = Type.String({ minLength: 32, maxLength: 44, description: 'A base58 public key.' });

/** `config.json` in the node's home. */
export const NodeConfigSchema = Type.Object(
  {
    version: Type.Literal(1),
    name: Type.String({ minLength: 1, maxLength: 80 }),
    class: NodeClassSchema,
    services: Type.Array(ServiceSchema, { minItems: 1, maxItems: 2 }),
    router: Type.Object(
      {
        url: Type.String({ minLength: 1, maxLength: 400, description: 'http(s) base address.' }),
        key: Key,
        /** The websocket address by which the router knows itself, where that is not the one made from `url`. */
        address: Type.Optional(Type.String({ maxLength: 500 })),
        /** Plain http to a machine that is not this one. */
        insecure: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    wallet: Type.Union([
      Type.Null(),
      Type.Object(
        {
          address: Key,
          /** By the wallet over its payout statement, base64url; null until it is proven. */
          signature: Type.Union([Type.String({ maxLength: 100 }), Type.Null()]),
        },
        { additionalProperties: false },
      ),
    ]),
    /** What scrapes may do from this machine; the environment comes before it. */
    scrape: Type.Optional(
      Type.Object(
        {
          ports: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }))),
          blocked_domains: Type.Optional(Words),
          allowed_domains: Type.Optional(Words),
          dns_servers: Type.Optional(Words),
          proxies: Type.Optional(Words),
          /** False: proxies that the router names are not used. */
          router_proxies: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
    ),
    /** How programs run on this machine. */
    sandbox: Type.Optional(
      Type.Object(
        {
          /** The least that has to stand between programs and this machine; without it, whatever Docker has. */
          isolation: Type.Optional(IsolationSchema),
          /** `all` builds the image with more languages, which takes 6 GB of disk and some minutes. */
          languages: Type.Optional(Type.Union([Type.Literal('core'), Type.Literal('all')])),
          /** Memory for containers that wait for jobs; left out, a sixteenth of the machine's, at most 768. */
          warm_memory_mb: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_536 })),
          /** Interpreters that live between calls, at a time; 0 offers none. Left out, half of the slots of programs. */
          sessions: Type.Optional(Type.Integer({ minimum: 0, maximum: 256 })),
        },
        { additionalProperties: false },
      ),
    ),
    /** Left out, the node chooses by its cores and memory. */
    slots: Type.Optional(
      Type.Object(
        {
          scrape: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
          execute: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type NodeConfig = Static<typeof NodeConfigSchema>;

const configCheck = Compile(NodeConfigSchema);

/** Null when there is no config yet. Throws a CliError that names every fault of a file that is not valid. */
export async function readConfig(home: Home): Promise<NodeConfig | null> {
  let text: string;
  try {
    text = await readFile(home.config, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const config = parseJson(text);
  if (configCheck.Check(config)) return config;
  const faults = [...configCheck.Errors(config)].map(
    ({ instancePath, message }) => `${instancePath || '/'} ${message}`,
  );
  throw new CliError(`${home.config} is not valid: ${faults.join('; ')}`, {
    fix: 'Mend it, or run watt-node init again.',
  });
}

export async function writeConfig(home: Home, config: NodeConfig): Promise<void> {
  await writeDurably(home.config, `${JSON.stringify(config, null, 2)}\n`);
}
