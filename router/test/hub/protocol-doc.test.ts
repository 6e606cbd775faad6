import { readFileSync } from 'node:fs';
import {
  ChallengeSchema,
  FromNodeSchema,
  FromRouterSchema,
  HelloSchema,
  LIMITS,
  messageTypes,
  parseJson,
} from '@watt/shared';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { DEFAULT_HUB_LIMITS } from '../../src/hub/hub-limits.ts';

const doc = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');
const examples = [...doc.matchAll(/```json\n\s*(.*)\n\s*```/g)].map(([, text]) => text ?? '');
const typeOf = (text: string) => (parseJson(text) as { type: string }).type;

const checks = { challenge: Compile(ChallengeSchema), hello: Compile(HelloSchema) };
const fromNode = Compile(FromNodeSchema);
const fromRouter = Compile(FromRouterSchema);

test.each(examples.map((text) => [typeOf(text), text]))(
  'the example of %s has the shape of the schema',
  (type, text) => {
    const message = parseJson(text);
    const special = type === 'challenge' || type === 'hello' ? checks[type].Check(message) : false;
    expect(special || fromNode.Check(message) || fromRouter.Check(message)).toBe(true);
  },
);

test('every message has an example', () => {
  const types = new Set([
    'challenge',
    'hello',
    ...messageTypes(FromNodeSchema),
    ...messageTypes(FromRouterSchema),
  ]);
  expect(new Set(examples.map(typeOf))).toEqual(types);
});

test('the limits in the text are those of the code', () => {
  const { messagesPerSecond, messageBurst, pendingResults, connectionsPerAddress, unauthenticated } =
    DEFAULT_HUB_LIMITS;
  expect(doc).toContain(`${messagesPerSecond} a second, ${messageBurst} at once`);
  expect(doc).toContain(
    `${connectionsPerAddress} from one address, ${unauthenticated} unfinished handshakes`,
  );
  expect(doc).toContain(`| ${pendingResults}, or 64 MiB |`);
  expect(doc).toContain(
    `${LIMITS.outputFrameBytes / 1024} KiB a frame; ${LIMITS.outputFramesInFlight} frames without an`,
  );
});
