import { expect, test } from 'vitest';
import { readEnv } from './env.ts';

test('an empty environment is enough', () => {
  const settings = readEnv({}, false);
  expect(settings).toMatchObject({ stateDir: null, useDocker: true, useChromium: true, hasColour: false });
  expect(Object.values(settings.ports)).toEqual([null, null, null, null, null, null]);
});

test('every fault is named in one message', () => {
  expect(() => readEnv({ ROUTER_PORT: 'eighty', POSTGRES_PORT: '70000' }, false)).toThrow(
    'ROUTER_PORT=eighty is not a port from 1 to 65535\nPOSTGRES_PORT=70000 is not a port',
  );
});

test.each([
  [{}, true, true],
  [{ NO_COLOR: '1' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
])('%o on a terminal: %s means colour: %s', (env, isTerminal, hasColour) => {
  expect(readEnv(env, isTerminal).hasColour).toBe(hasColour);
});
